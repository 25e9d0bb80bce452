/** How long something may still take, over all of its steps together. */
export interface Deadline {
  /** At least 1, so that it can be waited for. */
  readonly remainingMs: number
  readonly isOver: boolean
}

/** @param now a clock that never jumps, in milliseconds */
export function createDeadline(durationMs: number, now: () => number): Deadline {
  const endMs = now() + durationMs
  return {
    get remainingMs() {
      return Math.max(1, endMs - now())
    },
    get isOver() {
      return now() >= endMs
    },
  }
}
