import { type BlockPool, createBlockPool } from '../../s3/block-pool.ts'
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts'

/** The memory of one process for all parts that are read ahead, of all buckets. */
export interface PartMemory {
  readonly blockBytes: number
  readonly blocks: BlockPool
  readonly budget: MemoryBudget
}

export interface PartMemoryOptions {
  /** The most memory of all parts together. */
  limitBytes: number
  /** Size of most parts. */
  partBytes: number
}

const largestBlockBytes = 512 * 1024
/** The most memory of unused blocks that are kept; the garbage collector frees the rest. */
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
