import { S3ProxyError } from '../errors.ts'
import { createSharedTimeout } from '../waiting/shared-timeout.ts'
import { redisMessage } from './redis-message.ts'

/** Runs one command of Redis and waits a limited time for its answer. */
export type WithRedisTimeout = <T>(command: () => Promise<T>) => Promise<T>

/**
 * Limits the wait for each command of Redis. The client's own timers start when a batch of commands is sent; a
 * process that is busy for a moment would take answers that have arrived for missing ones.
 *
 * @returns a function that throws S3ProxyError `SESSION_STORE_UNAVAILABLE` whenever the command fails
 */
export function createRedisTimeout(timeoutMs: number): WithRedisTimeout {
  const withinTime = createSharedTimeout(timeoutMs, late)
  return async <T>(command: () => Promise<T>): Promise<T> => {
    try {
      // A client may throw instead of returning a promise; the executor turns that into a rejection.
      const work = new Promise<T>((resolve) => resolve(command()))
      return await withinTime(work)
    } catch (error) {
      // The error has no cause: errors of the client hold the command and its arguments, which may be tokens.
      throw new S3ProxyError(
        'SESSION_STORE_UNAVAILABLE',
        `a command of Redis failed (session.redisUrl): ${redisMessage(error)}`,
      )
    }
  }
}

function late(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs} ms (session.timeoutMs)`)
}
