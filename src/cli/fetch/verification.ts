import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ByteSource } from '../../http/byte-source.ts'
import type { ChecksumAlgorithm, Checksums } from '../../object/checksums.ts'
import { type Crc, createCrc32, createCrc32c, createCrc64Nvme } from './crc.ts'

/** What the whole object must amount to, by what S3 says of it. */
export interface Expectation {
  /** Such as `sha256`, or `MD5 of the ETag`. */
  name: string
  digest: Buffer
  start(): Digest
}

export interface Digest {
  update(bytes: Uint8Array): unknown
  digest(): Buffer
}

/** The strongest first. */
const algorithms: [ChecksumAlgorithm, start: () => Digest][] = [
  ['sha256', () => createHash('sha256')],
  ['sha1', () => createHash('sha1')],
  ['crc64nvme', (): Crc => createCrc64Nvme()],
  ['crc32c', (): Crc => createCrc32c()],
  ['crc32', (): Crc => createCrc32()],
  ['md5', () => createHash('md5')],
]

/** Picks the strongest digest of the full object; `undefined` when S3 knows none. */
export function pickExpectation(checksums: Checksums): Expectation | undefined {
  for (const [algorithm, start] of algorithms) {
    const digest = checksums[algorithm]
    if (digest !== undefined)
      return { name: algorithm === 'md5' ? 'MD5 of the ETag' : algorithm, digest, start }
  }
  return undefined
}

/** The same bytes, which also go into the digest. */
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

/** Puts what an earlier download left into the digest. */
export async function digestFile(path: string, sizeBytes: number, digest: Digest): Promise<void> {
  if (sizeBytes === 0) return
  for await (const piece of createReadStream(path, { end: sizeBytes - 1, highWaterMark: 1024 * 1024 }))
    digest.update(piece)
}
