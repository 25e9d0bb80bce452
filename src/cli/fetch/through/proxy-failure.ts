import { backOff } from '../../../waiting/backoff.ts'

/** A failed attempt to get something from the proxy. */
export class ProxyFailure extends Error {
  /** Whether another attempt may do better. */
  readonly mayRetry: boolean
  /** The wait that the proxy asked for. */
  readonly retryAfterSeconds: number

  constructor(message: string, mayRetry: boolean, retryAfterSeconds = 0) {
    super(message)
    this.mayRetry = mayRetry
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface AttemptsOptions {
  /** The most attempts in a row. */
  maxAttempts: number
  signal: AbortSignal
  random(): number
  /** Gets each failure that another attempt follows. */
  onRetry(failure: ProxyFailure): void
}

/** The longest wait that the proxy may ask for; people would take a longer one for the end. */
const mostWaitSeconds = 30

/**
 * Waits before the attempt that follows a failure.
 *
 * @param attempts number of attempts that have failed, this one included
 * @throws the failure where another attempt would not do better; the reason of the signal
 */
export async function waitAfter(failure: unknown, attempts: number, options: AttemptsOptions): Promise<void> {
  const { maxAttempts, signal, random, onRetry } = options
  if (!(failure instanceof ProxyFailure) || !failure.mayRetry) throw failure
  if (attempts >= maxAttempts || failure.retryAfterSeconds > mostWaitSeconds) throw failure
  onRetry(failure)
  await backOff(attempts, random, signal, failure.retryAfterSeconds * 1000)
  signal.throwIfAborted()
}
