/** How long something may still take, over all of its steps together. */
export class Deadline {
  readonly #endMs: number
  readonly #now: () => number

  /** @param now a clock that never jumps, in milliseconds */
  constructor(durationMs: number, now: () => number) {
    this.#endMs = now() + durationMs
    this.#now = now
  }

  /** At least 1, so that it can be waited for. */
  get remainingMs(): number {
    return Math.max(1, this.#endMs - this.#now())
  }

  get isOver(): boolean {
    return this.#now() >= this.#endMs - timerErrorMs
  }
}

/** Timers fire a little early by another clock than their own; who was woken by one must find that it is time. */
export const timerErrorMs = 2
