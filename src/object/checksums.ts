/** Digests of a full object, by the names that S3 has for the algorithms. `md5` comes from the ETag. */
export type Checksums = Readonly<Partial<Record<ChecksumAlgorithm, Buffer>>>

export type ChecksumAlgorithm = (typeof algorithms)[number] | 'md5'

const algorithms = ['sha256', 'sha1', 'crc64nvme', 'crc32c', 'crc32'] as const

/**
 * Reads which digests of the full object S3 knows.
 *
 * @param headers of an answer to HEAD with `x-amz-checksum-mode: ENABLED`
 * @returns nothing of an upload in parts whose checksum is one of checksums and whose ETag is no MD5
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function readChecksums(headers: ReadonlyMap<string, string>): Checksums {
  const checksums: Partial<Record<ChecksumAlgorithm, Buffer>> = {}
  const type = headers.get('x-amz-checksum-type')
  for (const algorithm of algorithms) {
    const value = headers.get(`x-amz-checksum-${algorithm}`)
    if (value === undefined || value.includes('-') || (type !== undefined && type !== 'FULL_OBJECT')) continue
    checksums[algorithm] = Buffer.from(value, 'base64')
  }
  const md5 = md5OfEtag(headers)
  return md5 === undefined ? checksums : { ...checksums, md5 }
}

/** The ETag of an object that is encrypted by KMS or with a key of the customer looks like an MD5 and is none. */
function md5OfEtag(headers: ReadonlyMap<string, string>): Buffer | undefined {
  const isPlain = /^(?:AES256)?$/.test(headers.get('x-amz-server-side-encryption') ?? '')
  if (!isPlain || headers.has('x-amz-server-side-encryption-customer-algorithm')) return undefined
  const md5 = /^"([0-9a-f]{32})"$/i.exec(headers.get('etag') ?? '')?.[1]
  return md5 === undefined ? undefined : Buffer.from(md5, 'hex')
}
