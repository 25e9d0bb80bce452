import { S3ProxyError } from '../errors.ts'

/** An answer that is kept, and asked for by one call for all. */
export interface KeptAnswer<Answer> {
  /** @throws what the call threw, where there is no answer that may be used */
  get(): Promise<Answer>
  /**
   * Asks anew, for a caller whom the kept answer does not help. A pause after the last call is kept.
   *
   * @returns the answer from then on: the one of the last call where the pause is not over
   * @throws what the last call threw
   */
  renew(): Promise<Answer>
}

export interface KeptAnswerOptions {
  /** The age from which an answer is asked for anew, while the old one is used. */
  renewAfterMs: number
  /** The age from which an answer is not used any more. */
  maxAgeMs: number
  /** The shortest time from the beginning of one call to that of another, where the answer did not help or there is none. */
  pauseMs: number
  /** A clock that never jumps. */
  elapsedMs(): number
  /** Called with each failure after which the old answer is still used. */
  onStale?(failure: unknown): void
}

/** The longest pause that a server is granted in `retry-after`. */
const maxPauseMs = 60_000

/** Keeps the answer of `ask`. Callers that come while a call is under way share it. */
export function createKeptAnswer<Answer>(
  ask: () => Promise<Answer>,
  { renewAfterMs, maxAgeMs, pauseMs, elapsedMs, onStale }: KeptAnswerOptions,
): KeptAnswer<Answer> {
  let kept: { answer: Answer; atMs: number } | undefined
  let underWay: Promise<Answer> | undefined
  let failure: unknown
  let pauseEndsAtMs = Number.NEGATIVE_INFINITY

  async function call(): Promise<Answer> {
    const begunAtMs = elapsedMs()
    pauseEndsAtMs = begunAtMs + pauseMs
    try {
      const answer = await ask()
      kept = { answer, atMs: begunAtMs }
      failure = undefined
      return answer
    } catch (error) {
      failure = error
      if (kept !== undefined && elapsedMs() - kept.atMs < maxAgeMs) onStale?.(error)
      const { retryAfterSeconds = 0 } = error instanceof S3ProxyError ? error : {}
      const askedForMs = Math.min(retryAfterSeconds * 1000, maxPauseMs)
      // A call may take longer than the pause. The next one still waits for a while after its failure.
      pauseEndsAtMs = Math.max(pauseEndsAtMs, elapsedMs() + Math.max(askedForMs, Math.min(pauseMs, 1000)))
      throw error
    } finally {
      underWay = undefined
    }
  }

  async function renew(): Promise<Answer> {
    if (underWay !== undefined) return underWay
    if (elapsedMs() >= pauseEndsAtMs) {
      underWay = call()
      return underWay
    }
    if (failure !== undefined || kept === undefined) throw failure
    return kept.answer
  }

  return {
    renew,
    async get() {
      if (kept === undefined) return renew()
      const ageMs = elapsedMs() - kept.atMs
      if (ageMs >= maxAgeMs) return renew()
      // The next caller who needs a new answer meets the failure.
      if (ageMs >= renewAfterMs) void renew().catch(() => {})
      return kept.answer
    },
  }
}
