import type { Config } from '../config/schema/config-schema.ts'
import type { Log } from '../log/log.ts'
import type { ObjectSource } from '../object/object-source.ts'
import type { ConnectionPool } from '../s3/connection-pool.ts'
import { createBucketSource } from './create-bucket-source.ts'
import { createS3Memory } from './create-s3-memory.ts'
import { createSharedOrigin } from './create-shared-origin.ts'

/** The connections to S3, as far as other code counts and closes them. */
export type Connections = Pick<ConnectionPool, 'usage' | 'retire' | 'close'>

export interface Objects {
  source: ObjectSource
  connections: Connections
}

/**
 * Creates the S3 half of the program, which `fetch` uses by itself: one bucket, at an origin of its own.
 *
 * @param userAgent the `user-agent` of requests to S3
 * @param retries counts attempts that follow a failure
 */
export function createObjects(
  { s3 }: Pick<Config, 's3'>,
  log: Log,
  userAgent: string,
  retries: Record<'head' | 'body', number> = { head: 0, body: 0 },
): Objects {
  const origin = createSharedOrigin(s3, createS3Memory(s3))
  const source = createBucketSource(s3, origin, { userAgent, log, retries })
  return { source, connections: origin.pool }
}
