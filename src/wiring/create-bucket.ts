import type { Config } from '../config/schema.ts'
import type { Log } from '../log/log.ts'
import type { ObjectSource } from '../object/object-source.ts'
import { createReadAhead, type ReadAhead } from '../origin/read-ahead/read-ahead.ts'
import { createS3Source } from '../origin/s3-source.ts'
import type { ConnectionPool } from '../s3/connection-pool.ts'
import { type CredentialSource, createCredentialSource } from '../s3/credentials.ts'
import { createS3Client, type S3Client } from '../s3/s3-client.ts'
import { createSigner } from '../s3/sigv4.ts'
import type { SharedOrigin } from './create-shared-origin.ts'
import { stallTimeoutOf } from './stall-timeout.ts'

/** One bucket, or what of it stands below a key prefix. */
export interface Bucket {
  source: ObjectSource
  client: S3Client
}

export interface BucketOptions {
  /** What S3 is told of us. */
  userAgent: string
  log: Log
  /** Counts attempts that follow a failure. */
  retries: Record<'head' | 'body', number>
}

/** @param origin shared with the other buckets there */
export function createBucket(
  s3: Config['s3'],
  origin: SharedOrigin,
  { userAgent, log, retries }: BucketOptions,
): Bucket {
  const { pool, retryBudget } = origin
  const client = createBucketClient(s3, pool, createCredentialSource(s3), userAgent)
  const source = createS3Source({
    ...{ client, retryBudget, ...readAheadOf(s3, origin) },
    maxAttempts: s3.maxAttempts,
    deadlineMs: s3.deadlineMs,
    readerPatienceMs: s3.readerPatienceMs,
    isCrowded: pool.isCrowded,
    random: Math.random,
    now: () => performance.now(),
    onRetry({ code, s3RequestId, message }, where) {
      retries[where]++
      log.debug({ code, where, s3RequestId }, `asking S3 again: ${message}`)
    },
  })
  return { source, client }
}

/** Signs with the credentials, and sends over connections of the pool. */
export function createBucketClient(
  s3: Config['s3'],
  pool: ConnectionPool,
  credentials: CredentialSource,
  userAgent: string,
): S3Client {
  return createS3Client({
    ...{ endpoint: s3.endpoint, pool, credentials, userAgent },
    sign: createSigner(s3.region),
    stallTimeoutMs: stallTimeoutOf(s3),
    now: Date.now,
  })
}

function readAheadOf(
  s3: Config['s3'],
  { partMemory, spareConnections }: SharedOrigin,
): { readAhead?: ReadAhead } {
  if (s3.parallelConnections === 1) return {}
  const readAhead = createReadAhead({
    connections: s3.parallelConnections,
    thresholdBytes: s3.parallelThresholdBytes,
    partBytes: s3.parallelPartBytes,
    memory: partMemory,
    spareConnections,
    clockMs: () => performance.now(),
    watchLoad() {
      const before = performance.eventLoopUtilization()
      return () => performance.eventLoopUtilization(before).utilization
    },
  })
  return { readAhead }
}
