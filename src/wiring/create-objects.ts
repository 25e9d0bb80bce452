import type { Config } from '../config/schema.ts'
import type { Log } from '../log/log.ts'
import type { ObjectSource } from '../object/object-source.ts'
import { createReadAhead, type ReadAhead } from '../origin/read-ahead/read-ahead.ts'
import { createS3Source } from '../origin/s3-source.ts'
import { type ConnectionPool, createConnectionPool, type PoolUsage } from '../s3/connection-pool.ts'
import { type CredentialSource, createCredentialSource } from '../s3/credentials.ts'
import { createS3Client, type S3Client } from '../s3/s3-client.ts'
import { createSigner } from '../s3/sigv4.ts'

export interface Objects {
  source: ObjectSource
  client: S3Client
  credentials: CredentialSource
  poolUsage(): PoolUsage
}

/**
 * The S3 half, which `fetch` uses by itself.
 *
 * @param userAgent what S3 is told of us
 * @param retries counts on from there
 */
export function createObjects(
  config: Pick<Config, 's3'>,
  log: Log,
  userAgent: string,
  retries: Record<'head' | 'body', number> = { head: 0, body: 0 },
): Objects {
  const { endpoint } = config.s3
  const stallTimeoutMs = Math.min(config.s3.stallTimeoutMs, config.s3.deadlineMs)
  const pool = createConnectionPool({ ...config.s3, origin: endpoint.origin, stallTimeoutMs })
  const credentials = createCredentialSource(config.s3)
  const client = createS3Client({
    endpoint,
    pool,
    credentials,
    sign: createSigner(config.s3.region),
    stallTimeoutMs,
    userAgent,
    now: Date.now,
  })
  const source = createS3Source({
    ...config.s3,
    client,
    ...readAheadOf(config.s3, pool),
    isCrowded: pool.isCrowded,
    random: Math.random,
    now: () => performance.now(),
    onRetry({ code, s3RequestId, message }, where) {
      retries[where]++
      log.debug({ code, where, s3RequestId }, `asking S3 again: ${message}`)
    },
  })
  return { source, client, credentials, poolUsage: () => pool.usage }
}

function readAheadOf(s3: Config['s3'], pool: ConnectionPool): { readAhead?: ReadAhead } {
  if (s3.parallelConnections === 1) return {}
  const readAhead = createReadAhead({
    connections: s3.parallelConnections,
    thresholdBytes: s3.parallelThresholdBytes,
    partBytes: s3.parallelPartBytes,
    memoryBytes: s3.parallelMemoryBytes,
    maxConnections: s3.maxConnections,
    poolUsage: () => pool.usage,
    clockMs: () => performance.now(),
    watchLoad() {
      const before = performance.eventLoopUtilization()
      return () => performance.eventLoopUtilization(before).utilization
    },
  })
  return { readAhead }
}
