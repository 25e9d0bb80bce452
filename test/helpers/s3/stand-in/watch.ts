export interface Watch {
  /** To be called whenever a condition may have come true. */
  changed(): void
  /** Resolves at once when `condition` holds, else at the first change after which it does. */
  until(condition: () => boolean): Promise<void>
}

/** Lets tests wait for events instead of for time. */
export function createWatch(): Watch {
  const waiting = new Set<() => void>()
  return {
    changed() {
      for (const look of waiting) look()
    },
    until(condition) {
      return new Promise((resolve) => {
        const look = () => {
          if (!condition()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
  }
}
