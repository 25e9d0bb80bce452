import type { BlockPool } from '../../s3/block-pool.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { PartMemory } from './part-memory.ts'
import type { SpareConnections } from './spare-connections.ts'

export interface ReadAheadOptions {
  /** For one download. */
  connections: number
  /** A body that is not longer stays on one connection. */
  thresholdBytes: number
  partBytes: number
  memory: PartMemory
  spareConnections: SpareConnections
  /** A clock that never jumps. */
  clockMs(): number
  /** Starts to watch how busy this process is; gives the share of time, 0 to 1, since it was started. */
  watchLoad(): () => number
}

/** How downloads from one bucket read ahead, with the memory and the connections that they share with others. */
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
