import type { PoolUsage } from '../../s3/connection-pool.ts'

/** Connections to one origin that reading ahead may use, for all buckets there together. */
export interface SpareConnections {
  /** @returns whether a connection is spare; it is then counted until `give` */
  take(): boolean
  give(): void
}

/** At most half of the pool reads ahead, and nothing does while others use that half or wait. */
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
