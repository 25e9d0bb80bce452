import { type ErrorCode, S3ProxyError } from '../errors.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import { TransportError } from '../s3/transport-error.ts'
import { backOff } from '../waiting/backoff.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import { Deadline } from '../waiting/deadline.ts'
import { toAttemptError } from './attempt-failure.ts'

export interface HealAttemptsOptions {
  /** So many answers in a row that are none may come for a rest; an S3 that is away is only bounded by time. */
  maxAttempts: number
  /** How long the reader waits for S3, over all attempts, before the body is cut. */
  deadlineMs: number
  random(): number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  onRetry(error: S3ProxyError, where: 'body'): void
}

/** After so many bytes attempts and waiting are counted anew. */
const progressBytes = 1024 * 1024

/** Counts what it takes to get the rest of a body: attempts, bad answers among them, and the reader's waiting. */
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

  /** Forgets everything before a byte where enough bytes have come since. */
  noteProgress(nextByte: number): void {
    if (nextByte - this.#countedFrom >= progressBytes) this.countAnew(nextByte)
  }

  addWait(ms: number): void {
    this.#waitedMs += ms
  }

  /** The end of the reader's waiting, who has waited for `waitedMs` since the last `addWait`. */
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

  /** Waits before the next attempt, ever longer, and at least for as long as S3 wants to be left alone. */
  async pause(failure: unknown, signal: CancelSignal, deadline: Deadline): Promise<void> {
    const leastMs = retryAfterMs(failure)
    if (this.#attempts > 1 || leastMs > 0)
      await backOff(this.#attempts - 1, this.#options.random, signal, leastMs, deadline.remainingMs)
  }
}

/** Whether an S3 that is away, silent or busy says so: that passes, while an answer that makes no sense hardly does. */
function isPassing(code: ErrorCode): boolean {
  return code === 'S3_UNAVAILABLE' || code === 'S3_TIMEOUT' || code === 'S3_SLOW_DOWN'
}

/** How long S3 wants to be left alone. */
function retryAfterMs(failure: unknown): number {
  return failure instanceof S3ProxyError ? (failure.retryAfterSeconds ?? 0) * 1000 : 0
}

function toS3ProxyError(error: unknown): S3ProxyError {
  if (error instanceof S3ProxyError) return error
  if (error instanceof TransportError) return toAttemptError(error)
  return new S3ProxyError('INTERNAL', 'reading the body failed', { cause: error })
}
