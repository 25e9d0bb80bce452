/** Decides whether and when a worker that ended is replaced. */
export interface RestartPolicy {
  /** Notes that a worker listens: workers can start. */
  started(): void
  /**
   * Notes that a worker ended without being asked to.
   *
   * @param livedMs time since it was started
   * @param isAnybodyListening whether another worker still serves
   * @returns the wait before the next one in milliseconds; `undefined`: give up, because none can start
   */
  ended(livedMs: number, isAnybodyListening: boolean): number | undefined
}

const firstWaitMs = 100
const maxWaitMs = 10_000
/** Age from which on a worker does not end because of its start. */
const stableMs = 30_000
const maxFailedStarts = 3

/** Doubles the wait while workers end soon after their start, and gives up after three that never listened. */
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
