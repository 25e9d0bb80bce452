import type { ConnectionPool } from '../s3/connection-pool.ts'
import type { CredentialSource } from '../s3/credentials.ts'
import { createS3Client, type S3Client } from '../s3/s3-client.ts'
import { createSigner } from '../s3/sigv4.ts'
import type { BucketConfig } from './bucket-config.ts'
import { now } from './clocks.ts'
import { stallTimeoutOf } from './stall-timeout.ts'

/** Creates a client that signs with the credentials, and sends over connections of the pool. */
export function createBucketClient(
  s3: BucketConfig,
  pool: ConnectionPool,
  credentials: CredentialSource,
  userAgent: string,
): S3Client {
  return createS3Client({
    ...{ endpoint: s3.endpoint, pool, credentials, userAgent },
    sign: createSigner(s3.region),
    stallTimeoutMs: stallTimeoutOf(s3),
    now,
  })
}
