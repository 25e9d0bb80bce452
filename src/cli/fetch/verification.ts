import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ByteSource } from '../../http/byte-source.ts'
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

const checksums: [name: string, start: () => Digest][] = [
  ['sha256', () => createHash('sha256')],
  ['sha1', () => createHash('sha1')],
  ['crc64nvme', (): Crc => createCrc64Nvme()],
  ['crc32c', (): Crc => createCrc32c()],
  ['crc32', (): Crc => createCrc32()],
]

/**
 * Picks the strongest digest of the full object that S3 gives.
 *
 * @param headers of an answer to HEAD with `x-amz-checksum-mode: ENABLED`
 * @returns `undefined` when there is none: uploads in parts have an ETag that is no MD5, and their checksum may
 *   be one of checksums
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function pickExpectation(headers: ReadonlyMap<string, string>): Expectation | undefined {
  const type = headers.get('x-amz-checksum-type')
  for (const [name, start] of checksums) {
    const value = headers.get(`x-amz-checksum-${name}`)
    if (value === undefined || value.includes('-') || (type !== undefined && type !== 'FULL_OBJECT')) continue
    return { name, digest: Buffer.from(value, 'base64'), start }
  }
  // Encrypted by KMS or with a key of the customer, the ETag looks like an MD5 and is none.
  const isPlain = /^(?:AES256)?$/.test(headers.get('x-amz-server-side-encryption') ?? '')
  if (!isPlain || headers.has('x-amz-server-side-encryption-customer-algorithm')) return undefined
  const md5 = /^"([0-9a-f]{32})"$/i.exec(headers.get('etag') ?? '')?.[1]
  if (md5 === undefined) return undefined
  return { name: 'MD5 of the ETag', digest: Buffer.from(md5, 'hex'), start: () => createHash('md5') }
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
