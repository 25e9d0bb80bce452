/**
 * Collects the keys that are asked for within one turn of the event loop, and fetches all of them with one call.
 *
 * @param getMany returns the values in the order of the keys; each may fail by itself. When the call fails, every key
 *   of the batch fails with its error
 */
export function createBatcher<T>(
  getMany: (keys: string[]) => Promise<(T | Promise<T>)[]>,
): (key: string) => Promise<T> {
  let waiting: Waiting<T>[] = []

  async function ask(): Promise<void> {
    const asking = waiting
    waiting = []
    try {
      const values = await getMany(asking.map(({ key }) => key))
      for (const [index, { resolve }] of asking.entries()) resolve(values[index] as T | Promise<T>)
    } catch (error) {
      for (const { reject } of asking) reject(error)
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(ask)
      waiting.push({ key, resolve, reject })
    })
}

interface Waiting<T> {
  key: string
  resolve(value: T | Promise<T>): void
  reject(error: unknown): void
}
