import { type ErrorCode, type ErrorDetails, S3ProxyError } from '../errors.ts'

/** A failed attempt, with whether another one may do better. */
export class AttemptError extends S3ProxyError {
  readonly mayRetry: boolean

  constructor(code: ErrorCode, message: string, mayRetry: boolean, options?: ErrorDetails) {
    super(code, message, options)
    this.mayRetry = mayRetry
  }
}
