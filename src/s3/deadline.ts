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
      return now() >= endMs - timerErrorMs
    },
  }
}

/** Timers fire a little early by another clock than their own; who was woken by one must find that it is time. */
const timerErrorMs = 2
