import type { PartMemory } from '../origin/read-ahead/part-memory.ts'
import { createSpareConnections, type SpareConnections } from '../origin/read-ahead/spare-connections.ts'
import { createRetryBudget, type RetryBudget } from '../origin/retry-budget.ts'
import { type ConnectionPool, createConnectionPool } from '../s3/connection-pool.ts'
import type { BucketConfig } from './bucket-config.ts'
import type { S3Memory } from './create-s3-memory.ts'
import { stallTimeoutOf } from './stall-timeout.ts'

/** Everything that the buckets at one origin share, so that its limits hold for all of them together. */
export interface SharedOrigin {
  /** The connections, at most `s3.maxConnections` for all buckets. */
  pool: ConnectionPool
  retryBudget: RetryBudget
  spareConnections: SpareConnections
  partMemory: PartMemory
}

export function createSharedOrigin(s3: BucketConfig, { blocks, parts }: S3Memory): SharedOrigin {
  const pool = createConnectionPool({
    origin: s3.endpoint.origin,
    maxConnections: s3.maxConnections,
    connectTimeoutMs: s3.connectTimeoutMs,
    stallTimeoutMs: stallTimeoutOf(s3),
    blocks,
  })
  return {
    pool,
    retryBudget: createRetryBudget(),
    spareConnections: createSpareConnections(s3.maxConnections, () => pool.usage),
    partMemory: parts,
  }
}
