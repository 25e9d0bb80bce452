import { S3ProxyError } from '../errors.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import type { S3Client } from '../s3/s3-client.ts'
import { backOff, maxWaitMs } from '../waiting/backoff.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import { Deadline } from '../waiting/deadline.ts'
import type { RetryBudget } from './retry-budget.ts'

export interface RetryOptions {
  client: S3Client
  maxAttempts: number
  /** The longest time without an answer over all attempts together. */
  deadlineMs: number
  /** The retry budget, which all buckets at one origin share. */
  retryBudget: RetryBudget
  random(): number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  /** Called for each failure that another attempt follows. */
  onRetry(error: S3ProxyError, where: 'head'): void
}

/**
 * Repeats an attempt until S3 has answered it, within one deadline.
 *
 * @param attempt asks S3 once; it throws an AttemptError where another attempt may do better
 * @throws what the last attempt threw; S3ProxyError `S3_TIMEOUT` when the deadline is over
 */
export async function withRetries<Request extends { signal: CancelSignal }, Answer>(
  attempt: (client: S3Client, request: Request, deadline: Deadline) => Promise<Answer>,
  request: Request,
  options: RetryOptions,
): Promise<Answer> {
  const { client, retryBudget } = options
  const deadline = new Deadline(options.deadlineMs, options.now)
  retryBudget.earn()
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt(client, request, deadline)
    } catch (error) {
      if (!(error instanceof AttemptError) || !error.mayRetry) throw error
      const waitMs = (error.retryAfterSeconds ?? 0) * 1000
      if (attempts >= options.maxAttempts || waitMs > maxWaitMs || !retryBudget.spend()) throw error
      options.onRetry(error, 'head')
      await backOff(attempts, options.random, request.signal, waitMs, deadline.remainingMs)
      if (deadline.isOver) {
        throw new S3ProxyError(
          'S3_TIMEOUT',
          `no answer from S3 within ${options.deadlineMs} ms (s3.deadlineMs)`,
          { cause: error },
        )
      }
    }
  }
}
