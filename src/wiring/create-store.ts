import type { Config } from '../config/schema.ts'
import type { Log } from '../log.ts'
import type { LegacyTokens } from '../session/legacy-tokens.ts'
import type { connectRedis, RedisSettings } from '../session/redis-client.ts'
import type { RedisCommands } from '../session/redis-store.ts'
import type { SessionStore } from '../session/session-store.ts'

/** Redis, or the store within this process. */
export async function createStore(
  config: Config,
  log: Log,
): Promise<{ store: SessionStore; legacyTokens?: LegacyTokens }> {
  const { redisUrl } = config.session
  if (config.session.store === 'memory' || redisUrl === undefined) {
    const { createMemoryStore } = await import('../session/memory-store.ts')
    return { store: createMemoryStore(Date.now) }
  }
  const { connectRedis } = await import('../session/redis-client.ts')
  const { createRedisStore } = await import('../session/redis-store.ts')
  const redis = await connectToRedis(connectRedis, { ...config.session, redisUrl }, log)
  const store = createRedisStore(redis, {
    prefix: config.session.redisKeyPrefix,
    timeoutMs: config.session.timeoutMs,
  })
  if (!config.session.acceptLegacySessions) return { store }
  const { createLegacyTokens } = await import('../session/legacy-tokens.ts')
  return { store, legacyTokens: createLegacyTokens(redis, config.session.timeoutMs) }
}

/** Waits for the first attempt, so that a Redis that is there is there for the first request too. */
function connectToRedis(
  connect: typeof connectRedis,
  settings: RedisSettings,
  log: Log,
): Promise<RedisCommands> {
  let isLost = false
  return new Promise((resolve) => {
    const redis = connect(settings, {
      onReady() {
        log.info({}, isLost ? 'Redis is back' : 'connected to Redis')
        isLost = false
        resolve(redis)
      },
      onLost(message) {
        if (!isLost)
          log.warn(
            { code: 'SESSION_STORE_UNAVAILABLE' },
            `no connection to Redis (session.redisUrl): ${message}`,
          )
        isLost = true
        resolve(redis)
      },
    })
  })
}
