import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits before another attempt: full jitter below a bound that doubles, so that clients that failed together
 * do not come back together.
 *
 * @param attempt 1 before the second attempt
 * @param random in [0, 1)
 * @throws when the signal fires
 */
export async function backOff(attempt: number, random: () => number, signal: AbortSignal): Promise<void> {
  const boundMs = Math.min(maxWaitMs, firstWaitMs * 2 ** attempt)
  await sleep(random() * boundMs, undefined, { signal })
}

const firstWaitMs = 50
const maxWaitMs = 2000
