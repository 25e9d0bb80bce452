import type { Config } from '../config/schema/config-schema.ts'
import { createPartMemory, type PartMemory } from '../origin/read-ahead/part-memory.ts'
import { type BlockPool, createBlockPool } from '../s3/block-pool.ts'

/** The memory for bodies from S3 of all buckets. A process has one, which limits the total. */
export interface S3Memory {
  /** Blocks that bodies are read into. */
  blocks: BlockPool
  /** Memory of parts that are read ahead. */
  parts: PartMemory
}

export function createS3Memory(s3: Config['s3']): S3Memory {
  return {
    blocks: createBlockPool(),
    parts: createPartMemory({ limitBytes: s3.parallelMemoryBytes, partBytes: s3.parallelPartBytes }),
  }
}
