import { messageOf, S3ProxyError } from '../errors.ts'
import { createGathering } from '../waiting/batcher.ts'
import { createPatience } from '../waiting/shared-timeout.ts'
import type { SessionStore } from './store.ts'

/** As much of a Redis client as the store uses. */
export interface RedisCommands {
  /** Whether keys may lie on several nodes. */
  readonly isCluster: boolean
  get(key: string): Promise<string | null>
  mget(keys: string[]): Promise<(string | null)[]>
  set(key: string, value: string, px: 'PX', ttlMs: number): Promise<unknown>
  set(key: string, value: string, px: 'PX', ttlMs: number, when: 'NX' | 'XX'): Promise<unknown>
  del(key: string): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

export interface RedisStoreOptions {
  /** Put before every key. */
  prefix: string
  /** For one command, waiting for its turn included. */
  timeoutMs: number
}

export interface RedisStore extends SessionStore {
  /** Commands that were not yet answered. */
  readonly pending: number
}

export function createRedisStore(redis: RedisCommands, { prefix, timeoutMs }: RedisStoreOptions): RedisStore {
  const answeredInTime = createAnswered(timeoutMs)
  let pending = 0

  async function answered<T>(command: () => Promise<T>): Promise<T> {
    pending++
    try {
      return await answeredInTime(command)
    } finally {
      pending--
    }
  }

  /** In a Cluster each node has a command of its own, which fails by itself. */
  const get = redis.isCluster
    ? (key: string) => answered(() => redis.get(key))
    : createGathering((keys) => answered(() => redis.mget(keys)))

  return {
    get pending() {
      return pending
    },
    get: (key) => get(prefix + key),
    async set(key, value, ttlMs) {
      await answered(() => redis.set(prefix + key, value, 'PX', lifetime(ttlMs)))
    },
    async replace(key, value, ttlMs) {
      await answered(() => redis.set(prefix + key, value, 'PX', lifetime(ttlMs), 'XX'))
    },
    async claim(key, ttlMs) {
      return (await answered(() => redis.set(prefix + key, '1', 'PX', lifetime(ttlMs), 'NX'))) === 'OK'
    },
    async delete(key) {
      await answered(() => redis.del(prefix + key))
    },
    async ping() {
      await answered(() => redis.ping())
    },
    async close() {
      redis.disconnect()
    },
  }
}

/** Redis takes whole milliseconds, and at least one. */
function lifetime(ttlMs: number): number {
  return Math.max(1, Math.floor(ttlMs))
}

/**
 * Runs one command, and waits no longer than `timeoutMs` for it. The client's own timers will not do: it starts them
 * when a batch of commands is sent, and a process that is busy for a moment would take answers for missing.
 *
 * The returned function throws S3ProxyError `SESSION_STORE_UNAVAILABLE` for whatever the command failed with,
 * thrown at once or later.
 */
export function createAnswered(timeoutMs: number) {
  const withPatience = createPatience(timeoutMs, late)
  return async <T>(command: () => Promise<T>): Promise<T> => {
    try {
      // A client may throw at once, too.
      const work = new Promise<T>((resolve) => resolve(command()))
      return await withPatience(work)
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

/** What failed, without the arguments of the command, which Redis repeats when it does not know the command. */
export function redisMessage(error: unknown): string {
  // The client's own words name an option of the client.
  if (/enableOfflineQueue/.test(messageOf(error))) return 'there is no connection'
  const last = (error as { lastNodeError?: unknown } | undefined)?.lastNodeError
  const text = messageOf(error) + (last instanceof Error ? ` Last of all: ${last.message}` : '')
  return text.replace(/,? ?with args beginning with:.*/s, '').slice(0, 300)
}
