import type { PoolUsage } from '../../s3/connection-pool.ts'

/** The connections to one origin that reading ahead may use, for all buckets together. */
export interface SpareConnections {
  /** Takes a connection where one is spare. @returns whether it did; the connection counts until `give` */
  take(): boolean
  give(): void
}

/** Lets reading ahead use at most half of the pool, and nothing while others use that half or wait. */
export function createSpareConnections(maxConnections: number, poolUsage: () => PoolUsage): SpareConnections {
  const limit = Math.floor(maxConnections / 2)
  let taken = 0
  return {
    take() {
      const { open, idle, waiting } = poolUsage()
      if (waiting > 0 || Math.max(taken, open - idle) >= limit) return false
      taken++
      return true
    },
    give() {
      taken--
    },
  }
}
