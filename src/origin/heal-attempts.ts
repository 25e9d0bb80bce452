import { type ErrorCode, S3ProxyError } from '../errors.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import { TransportError } from '../s3/transport-error.ts'
import { backOff } from '../waiting/backoff.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import { Deadline } from '../waiting/deadline.ts'
import { toAttemptError } from './attempt-failure.ts'

export interface HealAttemptsOptions {
  /** The most contradictory answers in a row to a request for the rest. Only time limits an S3 that is down. */
  maxAttempts: number
  /** The longest wait of the reader for S3 over all attempts. The body is cut after it. */
  deadlineMs: number
  random(): number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  onRetry(error: S3ProxyError, where: 'body'): void
}

/** Number of bytes after which the counts of attempts and waiting begin anew. */
const progressBytes = 1024 * 1024

/** Counts the attempts to get the rest of a body, the bad answers among them, and the waiting of the reader. */
export class HealAttempts {
  readonly #options: HealAttemptsOptions
  #attempts = 0
  #badAnswers = 0
  #waitedMs = 0
  /** The byte that all of them are counted from. */
  #countedFrom: number

  constructor(options: HealAttemptsOptions, firstByte: number) {
    this.#options = options
    this.#countedFrom = firstByte
  }

  /** Forgets everything before a byte. */
  countAnew(nextByte: number): void {
    this.#attempts = 0
    this.#badAnswers = 0
    this.#waitedMs = 0
    this.#countedFrom = nextByte
  }

  /** Forgets everything before a byte, where enough bytes have come since. */
  noteProgress(nextByte: number): void {
    if (nextByte - this.#countedFrom >= progressBytes) this.countAnew(nextByte)
  }

  addWait(ms: number): void {
    this.#waitedMs += ms
  }

  /** The end of the waiting of a reader that has waited for `waitedMs` since the last `addWait`. */
  deadlineAfter(waitedMs: number): Deadline {
    const { deadlineMs, now } = this.#options
    return new Deadline(deadlineMs - this.#waitedMs - waitedMs, now)
  }

  /**
   * Counts an attempt after a failure.
   *
   * @param isVersionKnown whether the rest of this very version can be asked for
   * @throws S3ProxyError when the failure was the last one
   */
  count(failure: unknown, deadline: Deadline, isVersionKnown: boolean): void {
    const { deadlineMs, maxAttempts, onRetry } = this.#options
    const error = toS3ProxyError(failure)
    if (deadline.isOver)
      throw new S3ProxyError(
        'S3_TIMEOUT',
        `nothing more came from S3 within ${deadlineMs} ms (s3.deadlineMs): ${error.message}`,
        { cause: error },
      )
    const isHealable = error instanceof AttemptError && error.mayRetry
    if (!isVersionKnown || !isHealable) throw error
    if (retryAfterMs(error) >= deadline.remainingMs) throw error
    if (!isPassing(error.code) && ++this.#badAnswers > maxAttempts) throw error
    this.#attempts++
    onRetry(error, 'body')
  }

  /** Waits before the next attempt, longer each time, and at least as long as S3 asked for. */
  async pause(failure: unknown, signal: CancelSignal, deadline: Deadline): Promise<void> {
    const leastMs = retryAfterMs(failure)
    if (this.#attempts > 1 || leastMs > 0)
      await backOff(this.#attempts - 1, this.#options.random, signal, leastMs, deadline.remainingMs)
  }
}

/** Tells whether a failure means that S3 is down, silent or busy, which passes. A contradictory answer hardly does. */
function isPassing(code: ErrorCode): boolean {
  return code === 'S3_UNAVAILABLE' || code === 'S3_TIMEOUT' || code === 'S3_SLOW_DOWN'
}

/** The wait that S3 asked for. */
function retryAfterMs(failure: unknown): number {
  return failure instanceof S3ProxyError ? (failure.retryAfterSeconds ?? 0) * 1000 : 0
}

function toS3ProxyError(error: unknown): S3ProxyError {
  if (error instanceof S3ProxyError) return error
  if (error instanceof TransportError) return toAttemptError(error)
  return new S3ProxyError('INTERNAL', 'reading the body failed', { cause: error })
}
