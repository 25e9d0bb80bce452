import type { S3Origin } from './connection.ts'

/** Where the objects are: the origin, and what stands before each key in the request target. */
export interface BucketEndpoint extends S3Origin {
  /** For the `host` header: with the port where it is not the scheme's own. */
  host: string
  /** Canonically encoded, starting and ending in `/`: bucket (path style) and key prefix. */
  basePath: string
}
