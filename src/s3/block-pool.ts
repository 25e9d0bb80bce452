/**
 * Blocks of memory that bodies are read into and written from, used again and again.
 *
 * A block is large while few are in use, because a gibibyte in large blocks costs a fifth of one in small
 * ones; small beyond a budget, and tiny beyond twice of it, so that a thousand readers who take nothing hold little.
 */
export interface BlockPool {
  take(): Buffer
  /** Gives a block of `take` back; nothing may look at it any more. */
  give(block: Buffer): void
  readonly lentBytes: number
  /** Of the block that would be taken next. */
  readonly nextBytes: number
}

export interface BlockPoolOptions {
  largeBytes: number
  smallBytes: number
  tinyBytes: number
  /** Lent in total before blocks become small. */
  budgetBytes: number
  /** Kept for later use at most, of each size. */
  keptBytes: number
}

const defaultBlocks: BlockPoolOptions = {
  largeBytes: 512 * 1024,
  smallBytes: 32 * 1024,
  tinyBytes: 16 * 1024,
  budgetBytes: 12 * 1024 * 1024,
  keptBytes: 8 * 1024 * 1024,
}

export function createBlockPool(options: BlockPoolOptions = defaultBlocks): BlockPool {
  const { largeBytes, smallBytes, tinyBytes, budgetBytes, keptBytes } = options
  const large = createShelf(largeBytes, keptBytes)
  const small = createShelf(smallBytes, keptBytes)
  const tiny = createShelf(tinyBytes, keptBytes)
  let lentBytes = 0
  const next = () => (lentBytes < budgetBytes ? large : lentBytes < 2 * budgetBytes ? small : tiny)
  return {
    get lentBytes() {
      return lentBytes
    },
    get nextBytes() {
      return next().sizeBytes
    },
    take() {
      const block = next().take()
      lentBytes += block.byteLength
      return block
    },
    give(block) {
      lentBytes -= block.byteLength
      const { byteLength } = block
      const shelf = byteLength === largeBytes ? large : byteLength === smallBytes ? small : tiny
      shelf.give(block)
    },
  }
}

/** Blocks of one size, so many bytes of which are kept while nobody has them: what is thrown away is long in memory. */
function createShelf(sizeBytes: number, keptBytes: number) {
  const kept: Buffer[] = []
  const maxKept = Math.floor(keptBytes / sizeBytes)
  return {
    sizeBytes,
    take: () => kept.pop() ?? Buffer.allocUnsafeSlow(sizeBytes),
    give(block: Buffer) {
      if (kept.length < maxKept) kept.push(block)
    },
  }
}
