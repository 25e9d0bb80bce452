import type { Log } from '../log/log.ts'
import type { ObjectSource } from '../object/object-source.ts'
import { createReadAhead, type ReadAhead } from '../origin/read-ahead/read-ahead.ts'
import { createS3Source } from '../origin/s3-source.ts'
import type { CredentialSource } from '../s3/credentials.ts'
import type { BucketConfig } from './bucket-config.ts'
import { elapsedMs } from './clocks.ts'
import { createBucketClient } from './create-bucket-client.ts'
import type { SharedOrigin } from './create-shared-origin.ts'

export interface BucketSourceOptions {
  /** The `user-agent` of requests to S3. */
  userAgent: string
  log: Log
  /** Counts an attempt that follows a failure. */
  countRetry(where: 'head' | 'body'): void
  credentials: CredentialSource
}

/**
 * Creates the source of one bucket's objects.
 *
 * @param origin everything that the buckets at one origin share
 */
export function createBucketSource(
  s3: BucketConfig,
  origin: SharedOrigin,
  { userAgent, log, countRetry, credentials }: BucketSourceOptions,
): ObjectSource {
  const { pool, retryBudget } = origin
  const client = createBucketClient(s3, pool, credentials, userAgent)
  return createS3Source({
    ...{ client, retryBudget, ...readAheadOf(s3, origin) },
    keyPrefix: s3.endpoint.keyPrefix,
    maxAttempts: s3.maxAttempts,
    deadlineMs: s3.deadlineMs,
    readerPatienceMs: s3.readerPatienceMs,
    isCrowded: pool.isCrowded,
    random: Math.random,
    now: elapsedMs,
    onRetry({ code, s3RequestId, message }, where) {
      countRetry(where)
      log.debug({ code, where, s3RequestId }, `asking S3 again: ${message}`)
    },
  })
}

function readAheadOf(
  s3: BucketConfig,
  { partMemory, spareConnections }: SharedOrigin,
): { readAhead?: ReadAhead } {
  if (s3.parallelConnections === 1) return {}
  const readAhead = createReadAhead({
    connections: s3.parallelConnections,
    thresholdBytes: s3.parallelThresholdBytes,
    partBytes: s3.parallelPartBytes,
    memory: partMemory,
    spareConnections,
    clockMs: elapsedMs,
    watchLoad() {
      const before = performance.eventLoopUtilization()
      return () => performance.eventLoopUtilization(before).utilization
    },
  })
  return { readAhead }
}
