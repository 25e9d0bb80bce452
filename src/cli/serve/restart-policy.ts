/** Decides whether and when a worker that ended is replaced. */
export interface RestartPolicy {
  /** A worker listens: whatever went wrong at the start is over. */
  started(): void
  /**
   * A worker ended without being asked to.
   *
   * @param livedMs since it was started
   * @param isAnybodyListening whether another worker still serves
   * @returns how long to wait before the next one; `undefined`: give up, because none can start
   */
  ended(livedMs: number, isAnybodyListening: boolean): number | undefined
}

const firstWaitMs = 100
const maxWaitMs = 10_000
/** Who lived so long did not end because of how it was started. */
const stableMs = 30_000
const maxFailedStarts = 3

/** Waits that double while workers end soon after their start; the end after three that never listened. */
export function createRestartPolicy(): RestartPolicy {
  let failedStarts = 0
  let soon = 0
  return {
    started() {
      failedStarts = 0
    },
    ended(livedMs, isAnybodyListening) {
      failedStarts++
      soon = livedMs < stableMs ? soon + 1 : 1
      if (failedStarts >= maxFailedStarts && !isAnybodyListening) return undefined
      return Math.min(maxWaitMs, firstWaitMs * 2 ** (soon - 1))
    },
  }
}
