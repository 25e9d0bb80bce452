/** The time that is left for some work, over all of its steps together. */
export class Deadline {
  readonly #endMs: number
  readonly #now: () => number

  /** @param now a clock that never jumps, in milliseconds */
  constructor(durationMs: number, now: () => number) {
    this.#endMs = now() + durationMs
    this.#now = now
  }

  /** Milliseconds, at least 1, so that a timer can wait for them. */
  get remainingMs(): number {
    return Math.max(1, this.#endMs - this.#now())
  }

  get isOver(): boolean {
    return this.#now() >= this.#endMs - timerErrorMs
  }
}

/** Tolerance for timers: by another clock than their own they fire a little early, and the deadline must be over then. */
export const timerErrorMs = 2
