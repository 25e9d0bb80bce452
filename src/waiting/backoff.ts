import type { CancelSignal } from './cancellation.ts'

/**
 * Waits before another attempt: at least half of a time that doubles, the rest by chance, so that clients that failed
 * together do not come back together, and attempts do not all fall into the same moment of an outage.
 *
 * @param attempt 1 before the second attempt
 * @param random in [0, 1)
 * @param leastMs as the server wants it
 * @param atMostMs where there is less time left
 * @returns once the time is over or the signal has fired, whichever comes first
 */
export function backOff(
  attempt: number,
  random: () => number,
  signal: CancelSignal,
  leastMs = 0,
  atMostMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const boundMs = Math.min(maxWaitMs, firstWaitMs * 2 ** attempt)
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const waitMs = Math.max(leastMs, ((1 + random()) / 2) * boundMs)
    const timer = setTimeout(finish, Math.min(atMostMs, waitMs))
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

const firstWaitMs = 50
/** Of one wait; who is to wait longer is told so. */
export const maxWaitMs = 2000
