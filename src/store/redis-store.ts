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
  /** `KEEPTTL` since Redis 6. */
  set(key: string, value: string, ...how: SetOptions): Promise<unknown>
  del(key: string): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

export type SetOptions = ['PX', number] | ['PX', number, 'NX' | 'XX'] | ['KEEPTTL', 'XX']

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

  const getOne = (key: string) => answered(() => redis.get(key))
  /** In a Cluster each node has a command of its own, which fails by itself. */
  let isGathered = !redis.isCluster
  const getGathered = createGathering<string | null>((keys) =>
    answered(() =>
      redis.mget(keys).catch((error: unknown) => {
        if (!isReply(error)) throw error
        // Nothing was read. A Cluster behind one address says CROSSSLOT; rules or a proxy may not allow the command.
        if (forGood.test(messageOf(error))) isGathered = false
        return oneByOne(keys)
      }),
    ),
  )

  /** @returns at once, so that each has the whole time for itself */
  function oneByOne(keys: string[]): Promise<string | null>[] {
    const values = keys.map(getOne)
    // Whoever waits for one that fails hears of it; nobody need be waiting yet.
    for (const value of values) value.catch(() => {})
    return values
  }

  let keepsLifetime = true
  async function replace(key: string, value: string, ttlMs: number): Promise<unknown> {
    if (keepsLifetime) {
      try {
        return await redis.set(key, value, 'KEEPTTL', 'XX')
      } catch (error) {
        if (!/^ERR syntax error/i.test(messageOf(error))) throw error
        keepsLifetime = false
      }
    }
    return redis.set(key, value, 'PX', lifetime(ttlMs), 'XX')
  }

  return {
    get pending() {
      return pending
    },
    get: (key) => (isGathered ? getGathered(prefix + key) : getOne(prefix + key)),
    async set(key, value, ttlMs) {
      await answered(() => redis.set(prefix + key, value, 'PX', lifetime(ttlMs)))
    },
    async replace(key, value, ttlMs) {
      await answered(() => replace(prefix + key, value, ttlMs))
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

/** Refusals of MGET that will be the same the next time: keys on several nodes, rules, proxies. */
const forGood = /^(?:CROSSSLOT|NOPERM|ERR)\b/

/** Whether Redis said it, and not the connection: then the command had no effect. */
function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
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
  const hint = /^(?:MOVED|CROSSSLOT|CLUSTERDOWN)\b/.test(text)
    ? ' Is it a Cluster (session.redisCluster)?'
    : ''
  return text.replace(/,? ?with args beginning with:.*/s, '').slice(0, 300) + hint
}
