import { crc32 } from 'node:zlib'

/** A checksum that is computed piece by piece. */
export interface Crc {
  update(bytes: Uint8Array): void
  /** The checksum in big-endian order, as in the headers of S3. */
  digest(): Buffer
}

/** CRC-32 of ISO-HDLC, from zlib. */
export function createCrc32(): Crc {
  let value = 0
  return {
    update(bytes) {
      value = crc32(bytes, value)
    },
    digest: () => words(value),
  }
}

/** CRC-32C (Castagnoli). @see RFC 3720 appendix B.4 */
export function createCrc32c(): Crc {
  const { low: table } = castagnoli()
  let value = -1
  return {
    update(bytes) {
      let crc = value
      for (let index = 0; index < bytes.length; index++)
        crc = (table[(crc ^ (bytes[index] as number)) & 0xff] as number) ^ (crc >>> 8)
      value = crc
    },
    digest: () => words(~value),
  }
}

/** CRC-64/NVME, which S3 computes for every upload that brings no other checksum. */
export function createCrc64Nvme(): Crc {
  const tables = nvme()
  let low = -1
  let high = -1
  return {
    update(bytes) {
      const { low: lowTable, high: highTable } = tables
      let [l, h] = [low, high]
      for (let index = 0; index < bytes.length; index++) {
        const entry = (l ^ (bytes[index] as number)) & 0xff
        l = ((l >>> 8) | (h << 24)) ^ (lowTable[entry] as number)
        h = (h >>> 8) ^ (highTable[entry] as number)
      }
      low = l
      high = h
    },
    digest: () => words(~high, ~low),
  }
}

interface Tables {
  low: Int32Array
  high: Int32Array
}

const castagnoli = once(() => makeTables(0x82f63b78n))
const nvme = once(() => makeTables(0x9a6c9329ac4bc9b5n))

/** Makes tables with one entry for each value of a byte. @param polynomial with its bits reversed */
function makeTables(polynomial: bigint): Tables {
  const tables = { low: new Int32Array(256), high: new Int32Array(256) }
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n
    tables.low[byte] = Number(BigInt.asIntN(32, value))
    tables.high[byte] = Number(BigInt.asIntN(32, value >> 32n))
  }
  return tables
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, 4 * index)
  return buffer
}
