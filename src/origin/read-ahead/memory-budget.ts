/** A limit of the memory that is set aside in total. Every byte that is taken has to be given back. */
export interface MemoryBudget {
  /** Sets all of it aside, or nothing. @returns whether it did */
  take(sizeBytes: number): boolean
  give(sizeBytes: number): void
  readonly takenBytes: number
}

export function createMemoryBudget(limitBytes: number): MemoryBudget {
  let takenBytes = 0
  return {
    get takenBytes() {
      return takenBytes
    },
    take(sizeBytes) {
      if (takenBytes + sizeBytes > limitBytes) return false
      takenBytes += sizeBytes
      return true
    },
    give(sizeBytes) {
      takenBytes -= sizeBytes
    },
  }
}
