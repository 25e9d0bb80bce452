import { messageOf, S3ProxyError } from '../errors.ts'
import type { SessionStore } from './session-store.ts'

/** As much of a Redis client as the store uses. */
export interface RedisCommands {
  get(key: string): Promise<string | null>
  set(key: string, value: string, px: 'PX', ttlMs: number): Promise<unknown>
  set(key: string, value: string, px: 'PX', ttlMs: number, when: 'NX' | 'XX'): Promise<unknown>
  del(key: string): Promise<unknown>
  ping(): Promise<unknown>
  disconnect(): void
}

/** @param prefix put before every key */
export function createRedisStore(redis: RedisCommands, prefix: string): SessionStore {
  return {
    get: (key) => answered(redis.get(prefix + key)),
    async set(key, value, ttlMs) {
      await answered(redis.set(prefix + key, value, 'PX', lifetime(ttlMs)))
    },
    async replace(key, value, ttlMs) {
      await answered(redis.set(prefix + key, value, 'PX', lifetime(ttlMs), 'XX'))
    },
    async claim(key, ttlMs) {
      return (await answered(redis.set(prefix + key, '1', 'PX', lifetime(ttlMs), 'NX'))) === 'OK'
    },
    async delete(key) {
      await answered(redis.del(prefix + key))
    },
    async ping() {
      await answered(redis.ping())
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

/** @throws S3ProxyError `SESSION_STORE_UNAVAILABLE` for whatever a command failed with */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw new S3ProxyError(
      'SESSION_STORE_UNAVAILABLE',
      `Redis did not do its work (session.redisUrl): ${messageOf(error)}`,
      {
        cause: error,
      },
    )
  }
}
