/** Waits for work no longer than it has patience; what comes of the work later is passed over. */
export type Patience = <T>(work: Promise<T>) => Promise<T>

/** So many looks at the clock, at equal distances, make up the time. */
const looks = 8

/**
 * A deadline for many pieces of work with one timer, which counts looks and not milliseconds: while this process
 * is too busy to look, answers that have long arrived are not read either, and nobody is to blame for that.
 *
 * @param timeoutMs how long is waited, and at most an eighth longer
 * @param toError what a piece of work that took too long fails with
 */
export function createPatience(timeoutMs: number, toError: (timeoutMs: number) => Error): Patience {
  /** In the order in which they began, so the first has waited longest. */
  const waiting = new Set<{ lastLook: number; reject(error: Error): void }>()
  let look = 0
  let timer: NodeJS.Timeout | undefined

  function schedule(): void {
    timer = waiting.size === 0 ? undefined : setTimeout(lookAtClock, timeoutMs / looks)
  }

  function lookAtClock(): void {
    look++
    for (const one of waiting) {
      if (one.lastLook >= look) break
      waiting.delete(one)
      one.reject(toError(timeoutMs))
    }
    schedule()
  }

  return <T>(work: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      // The first look may come at once.
      const one = { lastLook: look + looks, reject }
      waiting.add(one)
      if (timer === undefined) schedule()
      work.then(
        (value) => {
          waiting.delete(one)
          resolve(value)
        },
        (error) => {
          waiting.delete(one)
          reject(error)
        },
      )
    })
}
