/**
 * Blocks of memory that bodies are read into and written from, used again and again.
 *
 * A block is large while few are in use, because a gibibyte in large blocks costs a fifth of one in small
 * ones; and small beyond a budget, so that a thousand readers who take nothing hold little.
 */
export interface BlockPool {
  take(): Buffer
  /** Gives a block of `take` back; nothing may look at it any more. */
  give(block: Buffer): void
  readonly lentBytes: number
}

export interface BlockPoolOptions {
  largeBytes: number
  smallBytes: number
  /** Lent in total before blocks become small. */
  budgetBytes: number
  /** Kept for later use at most. */
  keptBytes: number
}

const defaultBlocks: BlockPoolOptions = {
  largeBytes: 512 * 1024,
  smallBytes: 32 * 1024,
  budgetBytes: 12 * 1024 * 1024,
  keptBytes: 8 * 1024 * 1024,
}

export function createBlockPool(options: BlockPoolOptions = defaultBlocks): BlockPool {
  const kept: Buffer[] = []
  const maxKept = Math.floor(options.keptBytes / options.largeBytes)
  let lentBytes = 0
  return {
    get lentBytes() {
      return lentBytes
    },
    take() {
      const isLarge = lentBytes < options.budgetBytes
      const block = isLarge
        ? (kept.pop() ?? Buffer.allocUnsafeSlow(options.largeBytes))
        : Buffer.allocUnsafeSlow(options.smallBytes)
      lentBytes += block.byteLength
      return block
    },
    give(block) {
      lentBytes -= block.byteLength
      if (block.byteLength === options.largeBytes && kept.length < maxKept) kept.push(block)
    },
  }
}
