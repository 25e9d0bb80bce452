/** Digests of a full object by S3's names of the algorithms. `md5` comes from the ETag. */
export type Checksums = Readonly<Partial<Record<ChecksumAlgorithm, Buffer>>>

export type ChecksumAlgorithm = (typeof algorithms)[number] | 'md5'

const algorithms = ['sha256', 'sha1', 'crc64nvme', 'crc32c', 'crc32'] as const

/**
 * Reads the digests of the full object that S3 knows.
 *
 * @param headers of an answer to HEAD with `x-amz-checksum-mode: ENABLED`
 * @returns no digest for an upload in parts, where the checksum is one of checksums and the ETag is no MD5
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

/** The MD5 in an ETag. The ETag of an object that is encrypted by KMS or a customer's key looks like one, and is none. */
function md5OfEtag(headers: ReadonlyMap<string, string>): Buffer | undefined {
  const isPlain = /^(?:AES256)?$/.test(headers.get('x-amz-server-side-encryption') ?? '')
  if (!isPlain || headers.has('x-amz-server-side-encryption-customer-algorithm')) return undefined
  const md5 = /^"([0-9a-f]{32})"$/i.exec(headers.get('etag') ?? '')?.[1]
  return md5 === undefined ? undefined : Buffer.from(md5, 'hex')
}
