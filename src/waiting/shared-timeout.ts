/** Waits for a piece of work, for a limited time; an outcome that comes later is passed over. */
export type SharedTimeout = <T>(work: Promise<T>) => Promise<T>

/** So many looks at the clock, at equal distances, make up the time. */
const looks = 8

/**
 * A deadline for many pieces of work with one timer, which counts looks and not milliseconds: while this process
 * is too busy to look, answers that have long arrived are not read either, and nobody is to blame for that.
 *
 * @param timeoutMs how long is waited, and at most an eighth longer
 * @param toError what a piece of work that took too long fails with
 */
export function createSharedTimeout(timeoutMs: number, toError: (timeoutMs: number) => Error): SharedTimeout {
  const waiting: Waiting[] = []
  let look = 0
  let timer: NodeJS.Timeout | undefined

  function schedule(): void {
    timer = waiting.length === 0 ? undefined : setTimeout(lookAtClock, timeoutMs / looks)
  }

  function lookAtClock(): void {
    look++
    for (const one of waiting.filter(({ lastLook }) => lastLook < look)) {
      remove(one)
      one.reject(toError(timeoutMs))
    }
    schedule()
  }

  /** The last one takes its place: what comes and goes so often would leave a trail of old tables in a `Set`. */
  function remove(one: Waiting): void {
    if (waiting[one.index] !== one) return
    const last = waiting.pop() as Waiting
    if (last === one) return
    last.index = one.index
    waiting[one.index] = last
  }

  return <T>(work: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      // The first look may come at once.
      const one = { index: waiting.length, lastLook: look + looks, reject }
      waiting.push(one)
      if (timer === undefined) schedule()
      work.then(
        (value) => {
          remove(one)
          resolve(value)
        },
        (error) => {
          remove(one)
          reject(error)
        },
      )
    })
}

interface Waiting {
  /** Where it stands among those that wait. */
  index: number
  lastLook: number
  reject(error: Error): void
}
