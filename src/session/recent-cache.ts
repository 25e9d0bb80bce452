/** Values that were found a short while ago. Beyond their size, those that nobody has asked for are forgotten. */
export interface RecentCache<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

/**
 * Keeps two generations: a value that is asked for moves to the younger one, and the older one is dropped as a whole.
 *
 * @param size the number of values, or the sum of their weights
 */
export function createRecentCache<T>(size: number, weigh: (key: string) => number = () => 1): RecentCache<T> {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  let weight = 0

  function set(key: string, value: T): void {
    if (weight >= size / 2) {
      old = young
      young = new Map()
      weight = 0
    }
    if (!young.has(key)) weight += weigh(key)
    young.set(key, value)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
  }
}
