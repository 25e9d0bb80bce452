import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ByteSource } from '../../http/byte-source.ts'
import type { ChecksumAlgorithm, Checksums } from '../../object/checksums.ts'
import { type Crc, createCrc32, createCrc32c, createCrc64Nvme } from './crc.ts'

/** The digest that the whole object must have, according to the server. */
export interface Expectation {
  /** Name of the digest, such as `sha256` or `MD5 of the ETag`. */
  name: string
  digest: Buffer
  /** Whether bytes with another digest are damaged. An ETag that looks like an MD5 may be none. */
  isCertain: boolean
  start(): Digest
}

export interface Digest {
  update(bytes: Uint8Array): unknown
  digest(): Buffer
}

/** The algorithms, the strongest first. */
const algorithms: [ChecksumAlgorithm, start: () => Digest][] = [
  ['sha256', () => createHash('sha256')],
  ['sha1', () => createHash('sha1')],
  ['crc64nvme', (): Crc => createCrc64Nvme()],
  ['crc32c', (): Crc => createCrc32c()],
  ['crc32', (): Crc => createCrc32()],
  ['md5', () => createHash('md5')],
]

/** Picks the strongest digest of the full object; `undefined` where S3 has none. S3 tells where an ETag is no MD5. */
export function pickExpectation(checksums: Checksums): Expectation | undefined {
  for (const [algorithm, start] of algorithms) {
    const digest = checksums[algorithm]
    if (digest !== undefined)
      return { name: algorithm === 'md5' ? 'MD5 of the ETag' : algorithm, digest, isCertain: true, start }
  }
  return undefined
}

/** Wraps a body so that its bytes also go into the digest. */
export function withDigest(source: ByteSource, digest: Digest | undefined): ByteSource {
  if (digest === undefined) return source
  const take = (piece: Uint8Array | null) => {
    if (piece !== null) digest.update(piece)
    return piece
  }
  return {
    read() {
      const piece = source.read()
      return piece instanceof Promise ? piece.then(take) : take(piece)
    },
    cancel: () => source.cancel(),
  }
}

/** Adds the part of an earlier download to the digest. */
export async function digestFile(path: string, sizeBytes: number, digest: Digest): Promise<void> {
  if (sizeBytes === 0) return
  for await (const piece of createReadStream(path, { end: sizeBytes - 1, highWaterMark: 1024 * 1024 }))
    digest.update(piece)
}
