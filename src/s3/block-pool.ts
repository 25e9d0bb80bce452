/**
 * Blocks of memory that bodies are read into and written from, used again and again.
 *
 * A block is large while few are in use: a gibibyte in large blocks costs a fifth of one in small blocks. Beyond a
 * budget blocks are small, and beyond twice the budget tiny. A thousand readers who take nothing hold little memory then.
 */
export interface BlockPool {
  take(): Buffer
  /** Gives a block back; nothing may look at it afterwards. */
  give(block: Buffer): void
  readonly lentBytes: number
  /** Size of the block that `take` would give now. */
  readonly nextBytes: number
}

export interface BlockPoolOptions {
  largeBytes: number
  smallBytes: number
  tinyBytes: number
  /** Bytes lent in total before blocks become small. */
  budgetBytes: number
  /** Unused bytes that are kept at most, for each size of block. */
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

/** Blocks of one size. Some are kept while nobody uses them: the garbage collector frees dropped blocks late. */
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
