import { createPartMemory } from '../../../src/origin/read-ahead/part-memory.ts'
import {
  createReadAhead,
  type ReadAhead,
  type ReadAheadOptions,
} from '../../../src/origin/read-ahead/read-ahead.ts'
import { createSpareConnections } from '../../../src/origin/read-ahead/spare-connections.ts'
import type { PoolUsage } from '../../../src/s3/connection-pool.ts'

export interface OwnReadAheadOptions extends Omit<ReadAheadOptions, 'memory' | 'spareConnections'> {
  memoryBytes: number
  maxConnections: number
  poolUsage(): PoolUsage
}

/** A way of reading ahead that shares its memory and its connections with nobody. */
export function createOwnReadAhead(options: OwnReadAheadOptions): ReadAhead {
  return createReadAhead({
    ...options,
    memory: createPartMemory({ limitBytes: options.memoryBytes, partBytes: options.partBytes }),
    spareConnections: createSpareConnections(options.maxConnections, options.poolUsage),
  })
}
