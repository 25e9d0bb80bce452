import type { CancelSignal } from '../http/cancellation.ts'
import { requestGivenUp } from '../s3/transport-error.ts'

/**
 * Waits before another attempt: full jitter below a bound that doubles, so that clients that failed together
 * do not come back together.
 *
 * @param attempt 1 before the second attempt
 * @param random in [0, 1)
 * @throws TransportError `cancelled` when the signal fires
 */
export function backOff(attempt: number, random: () => number, signal: CancelSignal): Promise<void> {
  const boundMs = Math.min(maxWaitMs, firstWaitMs * 2 ** attempt)
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      if (signal.aborted) reject(requestGivenUp())
      else resolve()
    }
    const timer = setTimeout(finish, random() * boundMs)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}

const firstWaitMs = 50
const maxWaitMs = 2000
