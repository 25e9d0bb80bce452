export interface PartPlanOptions {
  /** First byte of the plan. */
  firstByte: number
  /** First byte behind the plan. */
  endByte: number
  /** Size of most parts. */
  partBytes: number
  connections: number
  /** The size of every part but the last is a multiple of it. */
  unitBytes: number
}

/** Divides a range of bytes into consecutive parts. */
export interface PartPlan {
  /** Size of the next part; 0 when everything is handed out. */
  readonly nextBytes: number
  /** Returns the next part. */
  next(): { firstByte: number; endByte: number }
}

/**
 * Plans parts that grow at first, because parts that begin together then end one after another. From then on the
 * connections take turns, and the reader gets an even flow instead of nothing and then everything. The last parts
 * shrink, so that the connections are done at about the same time.
 */
export function createPartPlan(options: PartPlanOptions): PartPlan {
  const { endByte, partBytes, connections, unitBytes } = options
  let firstByte = options.firstByte
  let ordinal = 0

  function nextBytes(): number {
    const left = endByte - firstByte
    const growing = (Math.min(ordinal + 1, connections) * partBytes) / connections
    const shrinking = Math.max(partBytes / 4, left / connections)
    return Math.min(left, roundUp(Math.min(growing, shrinking), unitBytes))
  }

  return {
    get nextBytes() {
      return nextBytes()
    },
    next() {
      const part = { firstByte, endByte: firstByte + nextBytes() }
      firstByte = part.endByte
      ordinal++
      return part
    },
  }
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}
