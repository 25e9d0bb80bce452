import type { BlockPool } from '../../s3/block-pool.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { PartMemory } from './part-memory.ts'
import type { SpareConnections } from './spare-connections.ts'

export interface ReadAheadOptions {
  /** The most connections of one download. */
  connections: number
  /** The size above which a body may use several connections. */
  thresholdBytes: number
  partBytes: number
  memory: PartMemory
  spareConnections: SpareConnections
  /** A clock that never jumps, in milliseconds. */
  clockMs(): number
  /** Starts to watch the load. @returns a function that returns the busy share of the time since then, 0 to 1 */
  watchLoad(): () => number
}

/** The settings for reading ahead from one bucket, with the memory and connections that downloads share. */
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
   * @returns `false`, without an effect, where memory or connections do not suffice
   */
  begin(memoryBytes: number): boolean
  /** Notes that a part has arrived or was cancelled. Its connection is free then, but not yet its memory. */
  end(): void
}

export function createReadAhead(options: ReadAheadOptions): ReadAhead {
  const { connections, thresholdBytes, partBytes, spareConnections, clockMs, watchLoad } = options
  const { blockBytes, blocks, budget: memory } = options.memory
  return {
    ...{ connections, thresholdBytes, partBytes, blockBytes, blocks, memory, clockMs, watchLoad },
    begin(memoryBytes) {
      if (!spareConnections.take()) return false
      if (memory.take(memoryBytes)) return true
      spareConnections.give()
      return false
    },
    end() {
      spareConnections.give()
    },
  }
}
