import { messageOf } from '../errors.ts'
import { createBatcher } from '../waiting/batcher.ts'
import type { RedisCommands } from './redis-commands.ts'
import { isReply } from './redis-message.ts'
import { createRedisScripts } from './redis-scripts.ts'
import type { Store } from './store.ts'
import { createRedisTimeout } from './with-redis-timeout.ts'

export interface RedisStoreOptions {
  /** The beginning of every key in Redis. */
  prefix: string
  /** The longest wait for one operation of the store, from the call on. */
  timeoutMs: number
  /** The time of day, in milliseconds since 1970. */
  now?(): number
}

export interface RedisStore extends Store {
  /** The number of operations that Redis has not yet answered. */
  readonly pending: number
}

export function createRedisStore(
  redis: RedisCommands,
  { prefix, timeoutMs, now = Date.now }: RedisStoreOptions,
): RedisStore {
  const withRedisTimeout = createRedisTimeout(timeoutMs)
  const scripts = createRedisScripts(redis, now)
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
  /** Whether keys are read with one MGET. In a Cluster they lie on several nodes, so each is read with a GET. */
  let isBatched = !redis.isCluster
  const getBatched = createBatcher<string | null>((keys) =>
    send(() =>
      redis.mget(keys).catch((error: unknown) => {
        if (!isReply(error)) throw error
        // A Cluster behind one address answers CROSSSLOT; access rules or a proxy may not allow MGET.
        if (permanentRefusal.test(messageOf(error))) isBatched = false
        return oneByOne(keys)
      }),
    ),
  )

  /** Reads each key with a command of its own. @returns at once, so that each command has the whole timeout */
  function oneByOne(keys: string[]): Promise<string | null>[] {
    const values = keys.map(getOne)
    // Each caller handles the failure of its key. This keeps Node from calling it unhandled before that.
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

  /** Sets a value where there is none. @returns whether there was none */
  async function take(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await redis.set(key, value, 'PX', lifetime(ttlMs), 'NX')) === 'OK'
  }

  async function increment(key: string, by: number, ttlMs: number): Promise<number> {
    const hasBegun = await take(key, '0', ttlMs)
    const value = await redis.incrby(key, by)
    // Here the old counter expired between the two commands, and INCRBY made one that never expires.
    if (!hasBegun && value === by) await redis.pexpire(key, lifetime(ttlMs))
    return value
  }

  async function existing(keys: readonly string[]): Promise<boolean[]> {
    if (redis.isCluster) return Promise.all(keys.map(async (key) => (await redis.exists([key])) === 1))
    try {
      return await scripts.existing(keys)
    } catch (error) {
      if (!isReply(error)) throw error
      // A Cluster behind one address answers CROSSSLOT; access rules may not allow EXISTS.
      const values = await Promise.all(keys.map(getBatched))
      return values.map((value) => value !== null)
    }
  }

  return {
    get pending() {
      return pending
    },
    get: (key) => (isBatched ? getBatched(prefix + key) : getOne(prefix + key)),
    async set(key, value, ttlMs) {
      await send(() => redis.set(prefix + key, value, 'PX', lifetime(ttlMs)))
    },
    async replace(key, value, ttlMs) {
      await send(() => replace(prefix + key, value, ttlMs))
    },
    claim: (key, ttlMs) => send(() => take(prefix + key, '1', ttlMs)),
    increment: (key, by, ttlMs) => send(() => increment(prefix + key, by, ttlMs)),
    async delete(key) {
      await send(() => redis.del(prefix + key))
    },
    swap: (key, expected, value, ttlMs) =>
      send(() => scripts.swap(prefix + key, expected, value, lifetime(ttlMs))),
    lease: (key, owner, ttlMs) => send(() => take(prefix + key, owner, ttlMs)),
    async release(key, owner) {
      await send(() => scripts.release(prefix + key, owner))
    },
    async touch(key, ttlMs) {
      await send(() => redis.pexpire(prefix + key, lifetime(ttlMs)))
    },
    async add(key, member, ttlMs) {
      await send(() => scripts.add(prefix + key, member, lifetime(ttlMs)))
    },
    members: (key) => send(() => redis.zrange(prefix + key)),
    async remove(key, member) {
      await send(() => redis.zrem(prefix + key, member))
    },
    holdPlaces: (key, wish, ttlMs) => send(() => scripts.holdPlaces(prefix + key, wish, lifetime(ttlMs))),
    async existing(keys) {
      const named = keys.map((key) => prefix + key)
      return named.length === 0 ? [] : send(() => existing(named))
    },
    async ping() {
      await send(() => redis.ping())
    },
    async close() {
      redis.disconnect()
    },
  }
}

/** Refusals of MGET that do not pass: keys on several nodes, access rules, proxies. */
const permanentRefusal = /^(?:CROSSSLOT|NOPERM|ERR)\b/

/** Rounds a time to what Redis takes: whole milliseconds, and at least one. */
function lifetime(ttlMs: number): number {
  return Math.max(1, Math.floor(ttlMs))
}
