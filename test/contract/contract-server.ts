/** An S3 server with one empty bucket, for the contract suite. */
export interface ContractServer {
  origin: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** The domain for virtual hosts: the bucket is also served at the host `bucket.virtualDomain`. */
  virtualDomain: string
  put(key: string, body: Uint8Array | string, headers?: PutHeaders): Promise<void>
  /** Uploads an object in parts, each with its CRC-32. All parts but the last must have at least 5 MiB. */
  putParts(key: string, parts: Uint8Array[]): Promise<void>
  delete(key: string): Promise<void>
  /** Makes the bucket keep older versions. */
  enableVersions(): Promise<void>
  close(): Promise<void>
}

export interface PutHeaders {
  contentType?: string
  cacheControl?: string
  contentDisposition?: string
  contentEncoding?: string
  contentLanguage?: string
  metadata?: Record<string, string>
  /** The checksum to store with the object; none without it. */
  checksum?: 'CRC32'
}
