/** An S3 server with one empty bucket, as the contract suite wants it. */
export interface ContractServer {
  origin: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** The bucket is served at the host `bucket.virtualDomain`, too. */
  virtualDomain: string
  put(key: string, body: Uint8Array | string, headers?: PutHeaders): Promise<void>
  /** Uploads in parts, of which all but the last have 5 MiB at least, with a checksum of the CRC-32 of each. */
  putParts(key: string, parts: Uint8Array[]): Promise<void>
  delete(key: string): Promise<void>
  /** Older versions are kept from now on. */
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
  /** Without it the object is stored with no checksum. */
  checksum?: 'CRC32'
}
