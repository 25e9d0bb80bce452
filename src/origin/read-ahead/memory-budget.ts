/** So much memory may be set aside in total; what is set aside is given back exactly. */
export interface MemoryBudget {
  /** @returns whether it was set aside: all of it or nothing */
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
