import { S3ProxyError } from '../errors.ts'
import { createSharedTimeout } from '../waiting/shared-timeout.ts'
import { redisMessage } from './redis-message.ts'

/** Runs one command of Redis, and waits a limited time for it. */
export type WithRedisTimeout = <T>(command: () => Promise<T>) => Promise<T>

/**
 * Limits how long each command of Redis is waited for. The client's own timers will not do: it starts them when a
 * batch of commands is sent, and a process that is busy for a moment would take answers for missing.
 *
 * @returns a function that throws S3ProxyError `SESSION_STORE_UNAVAILABLE` for whatever the command failed with,
 *   thrown at once or later
 */
export function createRedisTimeout(timeoutMs: number): WithRedisTimeout {
  const withinTime = createSharedTimeout(timeoutMs, late)
  return async <T>(command: () => Promise<T>): Promise<T> => {
    try {
      // A client may throw at once, too.
      const work = new Promise<T>((resolve) => resolve(command()))
      return await withinTime(work)
    } catch (error) {
      // Without a cause: the errors of a client carry the command with its arguments, which may be tokens.
      throw new S3ProxyError(
        'SESSION_STORE_UNAVAILABLE',
        `Redis did not do its work (session.redisUrl): ${redisMessage(error)}`,
      )
    }
  }
}

function late(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs} ms (session.timeoutMs)`)
}
