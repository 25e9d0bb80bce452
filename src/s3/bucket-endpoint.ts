import type { S3Origin } from './open-socket.ts'

/** The way in which requests name the bucket: by the first segment of their path, or by their host. */
export type BucketStyle = 'path' | 'virtual'

/** The place of the objects: origin, path of the bucket and key prefix. */
export interface BucketEndpoint {
  origin: EndpointOrigin
  /**
   * The path of the bucket itself, canonically encoded, beginning and ending in `/`. It names the bucket in path
   * style; in virtual-hosted style it is `/`.
   */
  bucketPath: string
  /** The beginning of every key, decoded: empty, or ending in `/`. */
  keyPrefix: string
  /** The URL from the configuration, for messages. */
  url: string
}

export interface EndpointOrigin extends S3Origin {
  /** The `host` header: with the port where it is not the scheme's own. */
  host: string
}
