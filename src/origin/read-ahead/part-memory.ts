import { type BlockPool, createBlockPool } from '../../s3/block-pool.ts'
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts'

/** Memory of one process for all parts that are read ahead, whichever bucket they come from. */
export interface PartMemory {
  readonly blockBytes: number
  readonly blocks: BlockPool
  readonly budget: MemoryBudget
}

export interface PartMemoryOptions {
  /** Set aside for all parts together. */
  limitBytes: number
  /** Size of most parts. */
  partBytes: number
}

const largestBlockBytes = 512 * 1024
/** Blocks that are kept for later use; the garbage collector takes the rest. */
const keptBytes = 16 * 1024 * 1024

export function createPartMemory({ limitBytes, partBytes }: PartMemoryOptions): PartMemory {
  const blockBytes = Math.min(largestBlockBytes, partBytes)
  const blocks = createBlockPool({
    largeBytes: blockBytes,
    smallBytes: blockBytes,
    tinyBytes: blockBytes,
    budgetBytes: Number.POSITIVE_INFINITY,
    keptBytes: Math.min(keptBytes, limitBytes),
  })
  return { blockBytes, blocks, budget: createMemoryBudget(limitBytes) }
}
