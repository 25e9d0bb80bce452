import { messageOf } from '../errors.ts'
import { createBatcher } from '../waiting/batcher.ts'
import type { RedisCommands } from './redis-commands.ts'
import type { Store } from './store.ts'
import { createRedisTimeout } from './with-redis-timeout.ts'

export interface RedisStoreOptions {
  /** Put before every key. */
  prefix: string
  /** Limits the wait for one operation of the store, the wait for its turn included. */
  timeoutMs: number
}

export interface RedisStore extends Store {
  /** The number of operations that Redis has not yet answered. */
  readonly pending: number
}

export function createRedisStore(redis: RedisCommands, { prefix, timeoutMs }: RedisStoreOptions): RedisStore {
  const withRedisTimeout = createRedisTimeout(timeoutMs)
  let pending = 0

  async function send<T>(command: () => Promise<T>): Promise<T> {
    pending++
    try {
      return await withRedisTimeout(command)
    } finally {
      pending--
    }
  }

  const getOne = (key: string) => send(() => redis.get(key))
  /** In a Cluster each node has a command of its own, which fails by itself. */
  let isGathered = !redis.isCluster
  const getGathered = createBatcher<string | null>((keys) =>
    send(() =>
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

  async function increment(key: string, by: number, ttlMs: number): Promise<number> {
    const hasBegun = (await redis.set(key, '0', 'PX', ttlMs, 'NX')) === 'OK'
    const value = await redis.incrby(key, by)
    // The old counter expired between the two commands, and the new one would live for ever.
    if (!hasBegun && value === by) await redis.pexpire(key, ttlMs)
    return value
  }

  return {
    get pending() {
      return pending
    },
    get: (key) => (isGathered ? getGathered(prefix + key) : getOne(prefix + key)),
    async set(key, value, ttlMs) {
      await send(() => redis.set(prefix + key, value, 'PX', lifetime(ttlMs)))
    },
    async replace(key, value, ttlMs) {
      await send(() => replace(prefix + key, value, ttlMs))
    },
    async claim(key, ttlMs) {
      return (await send(() => redis.set(prefix + key, '1', 'PX', lifetime(ttlMs), 'NX'))) === 'OK'
    },
    increment: (key, by, ttlMs) => send(() => increment(prefix + key, by, lifetime(ttlMs))),
    async delete(key) {
      await send(() => redis.del(prefix + key))
    },
    async ping() {
      await send(() => redis.ping())
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

/** Rounds a time to what Redis takes: whole milliseconds, and at least one. */
function lifetime(ttlMs: number): number {
  return Math.max(1, Math.floor(ttlMs))
}
