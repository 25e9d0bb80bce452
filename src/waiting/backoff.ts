import type { CancelSignal } from './cancellation.ts'

/**
 * Waits before another attempt. The bound of the wait doubles with each attempt; half of it is fixed and the rest is
 * random, so that clients that failed together do not come back together.
 *
 * @param attempt 1 before the second attempt
 * @param random in [0, 1)
 * @param leastMs the wait that the server asked for
 * @param atMostMs the time that is left
 * @returns a promise that resolves when the time is over or the signal fires, whichever comes first
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
/** The longest wait between two attempts. A failure with a longer `retry-after` goes to the client instead. */
export const maxWaitMs = 2000
