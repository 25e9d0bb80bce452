import { type BlockPool, createBlockPool } from '../../s3/block-pool.ts'
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts'

export interface ReadAheadOptions {
  /** Of one download. */
  connections: number
  /** Bodies that are not longer stay on one connection. */
  thresholdBytes: number
  partBytes: number
  memoryBytes: number
  /** Of the pool that all requests share. */
  maxConnections: number
  poolUsage(): { open: number; idle: number; waiting: number }
  /** Monotonic. */
  clockMs(): number
  /** Starts to watch how busy this process is; gives the share of time, 0 to 1, since it was started. */
  watchLoad(): () => number
}

/** What all downloads of a process share when they read ahead: memory, and connections that nobody else needs. */
export interface ReadAhead {
  readonly connections: number
  readonly thresholdBytes: number
  readonly partBytes: number
  readonly blockBytes: number
  readonly blocks: BlockPool
  readonly memory: MemoryBudget
  clockMs(): number
  watchLoad(): () => number
  /**
   * Sets memory aside and counts a connection for one part.
   *
   * @returns `false`, and does nothing, where there is too little of either
   */
  begin(memoryBytes: number): boolean
  /** The part has arrived or was given up: its connection is free, its memory is not yet. */
  end(): void
}

const largestBlockBytes = 512 * 1024
/** Blocks kept for later use; the rest is the garbage collector's. */
const keptBytes = 16 * 1024 * 1024

export function createReadAhead(options: ReadAheadOptions): ReadAhead {
  const { connections, thresholdBytes, partBytes, maxConnections, poolUsage, clockMs, watchLoad } = options
  const blockBytes = Math.min(largestBlockBytes, partBytes)
  const memory = createMemoryBudget(options.memoryBytes)
  const blocks = createBlockPool({
    largeBytes: blockBytes,
    smallBytes: blockBytes,
    tinyBytes: blockBytes,
    budgetBytes: Number.POSITIVE_INFINITY,
    keptBytes: Math.min(keptBytes, options.memoryBytes),
  })
  let underWay = 0

  /** At most half of the pool reads ahead, and nothing does while others use that half. */
  function hasSpareConnection(): boolean {
    const { open, idle, waiting } = poolUsage()
    return waiting === 0 && Math.max(underWay, open - idle) < Math.floor(maxConnections / 2)
  }

  return {
    ...{ connections, thresholdBytes, partBytes, blockBytes, blocks, memory, clockMs, watchLoad },
    begin(memoryBytes) {
      if (!hasSpareConnection() || !memory.take(memoryBytes)) return false
      underWay++
      return true
    },
    end() {
      underWay--
    },
  }
}
