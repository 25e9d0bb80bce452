/** Waits for a piece of work for a limited time. An outcome that comes later is ignored. */
export type SharedTimeout = <T>(work: Promise<T>) => Promise<T>

/** Number of ticks that make up the timeout. */
const ticksOfTimeout = 8

/**
 * Limits the time of many pieces of work with one timer.
 *
 * The timer counts ticks and not milliseconds. A busy process reads answers late; it ticks late as well, so an
 * answer that has arrived is not taken for a missing one.
 *
 * @param timeoutMs the least time that is waited; the longest is an eighth more
 * @param toError makes the error of a piece of work that took too long
 */
export function createSharedTimeout(timeoutMs: number, toError: (timeoutMs: number) => Error): SharedTimeout {
  const waiting: Waiting[] = []
  let ticks = 0
  let timer: NodeJS.Timeout | undefined

  function schedule(): void {
    timer = waiting.length === 0 ? undefined : setTimeout(tick, timeoutMs / ticksOfTimeout)
  }

  function tick(): void {
    ticks++
    for (const one of waiting.filter(({ lastTick }) => lastTick < ticks)) {
      remove(one)
      one.reject(toError(timeoutMs))
    }
    schedule()
  }

  /** Moves the last one into the place of the removed one: a `Set` with so many changes would leave much garbage. */
  function remove(one: Waiting): void {
    if (waiting[one.index] !== one) return
    const last = waiting.pop() as Waiting
    if (last === one) return
    last.index = one.index
    waiting[one.index] = last
  }

  return <T>(work: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      // The first tick may come at once, so it does not count.
      const one = { index: waiting.length, lastTick: ticks + ticksOfTimeout, reject }
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
  /** Its place in the list of those that wait. */
  index: number
  /** The last tick at which it is still in time. */
  lastTick: number
  reject(error: Error): void
}
