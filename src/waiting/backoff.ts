import type { CancelSignal } from './cancellation.ts'

/**
 * Waits before another attempt: full jitter below a bound that doubles, so that clients that failed together
 * do not come back together.
 *
 * @param attempt 1 before the second attempt
 * @param random in [0, 1)
 * @param leastMs as the server wants it
 * @returns once the time is over or the signal has fired, whichever comes first
 */
export function backOff(
  attempt: number,
  random: () => number,
  signal: CancelSignal,
  leastMs = 0,
): Promise<void> {
  const boundMs = Math.min(maxWaitMs, firstWaitMs * 2 ** attempt)
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, Math.max(leastMs, random() * boundMs))
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

const firstWaitMs = 50
/** Of one wait; who is to wait longer is told so. */
export const maxWaitMs = 2000
