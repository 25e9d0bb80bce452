import type { Config } from '../config/schema.ts'
import { createPartMemory, type PartMemory } from '../origin/read-ahead/part-memory.ts'
import { type BlockPool, createBlockPool } from '../s3/block-pool.ts'

/** Memory for the bytes of all bodies from S3, whichever bucket they come from; one for a process bounds it in all. */
export interface S3Memory {
  /** Bodies arrive in it. */
  blocks: BlockPool
  /** Holds what is read ahead. */
  parts: PartMemory
}

export function createS3Memory(s3: Config['s3']): S3Memory {
  return {
    blocks: createBlockPool(),
    parts: createPartMemory({ limitBytes: s3.parallelMemoryBytes, partBytes: s3.parallelPartBytes }),
  }
}
