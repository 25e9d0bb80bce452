import { getValue } from '../config/options/option-values.ts'
import { productOptions } from '../config/options/product-options.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { createLegacyTokens, type LegacyTokens } from '../identity/legacy-tokens.ts'
import type { Log } from '../log/log.ts'
import { createLazyRedis } from '../store/lazy-redis.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { connectRedis } from '../store/redis-client.ts'
import type { RedisCommands } from '../store/redis-commands.ts'
import type { RedisSettings } from '../store/redis-options.ts'
import { createRedisStore } from '../store/redis-store.ts'
import type { Store } from '../store/store.ts'
import { elapsedMs } from './clocks.ts'

/** A store with the state of its connection, and the tokens of the original where those are accepted. */
export interface StoreConnection {
  store: Store
  legacyTokens?: LegacyTokens
  /** Tells whether it can be used at this moment, and how many commands it has not yet answered. */
  usage(): { isUp: boolean; pending: number }
  /** Connects; without this call the first command does. Rejects on a fault of s3proxy only. */
  connect(): Promise<void>
}

/** The settings of a store as one text. A reload opens another store only when this text has changed. */
export function storeSettings(config: Config): string {
  if (config.session.store === 'memory') return 'memory'
  return JSON.stringify(storeOptions.map((option) => getValue(config, option)))
}

const storeOptions = productOptions.single.filter(({ reopensStore }) => reopensStore === true)

/**
 * Creates a store in Redis, or in the memory of this process.
 *
 * @param mustConnect whether to connect now and fail without a connection
 * @throws Error with the reason why there is no connection
 */
export async function createStore(config: Config, log: Log, mustConnect = false): Promise<StoreConnection> {
  const { redisUrl } = config.session
  if (config.session.store === 'memory' || redisUrl === undefined) {
    return {
      store: createMemoryStore(elapsedMs),
      usage: () => ({ isUp: true, pending: 0 }),
      connect: async () => {},
    }
  }
  let isUp = () => false
  const redis = createLazyRedis(config.session.redisCluster, async () => {
    // ioredis takes 40 ms to load, so it is loaded late (docs/decisions/013-start-up.md).
    const { connectRedis } = await import('../store/redis-client.ts')
    const settings = { ...config.session, redisUrl, ca: config.session.redisCaFile?.content }
    const connection = await connectToRedis(connectRedis, settings, log, mustConnect)
    isUp = connection.isUp
    return connection.redis
  })
  if (mustConnect) await redis.connect()
  const store = createRedisStore(redis, {
    prefix: config.session.redisKeyPrefix,
    timeoutMs: config.session.timeoutMs,
  })
  const opened: StoreConnection = {
    store,
    usage: () => ({ isUp: isUp(), pending: store.pending }),
    connect: redis.connect,
  }
  if (!config.session.acceptLegacySessions) return opened
  return { ...opened, legacyTokens: createLegacyTokens(redis, config.session.timeoutMs) }
}

/**
 * Connects and waits for the first attempt, so that the first request finds a Redis that is up. A Redis that does not
 * answer is waited for no longer than `session.timeoutMs`.
 */
function connectToRedis(
  connect: typeof connectRedis,
  settings: RedisSettings,
  log: Log,
  mustConnect: boolean,
): Promise<{ redis: RedisCommands; isUp: () => boolean }> {
  let isLost = false
  const isUp = () => !isLost
  let isGivenUp = false
  let wasReady = false
  return new Promise((resolve, reject) => {
    const redis = connect(settings, { onReady, onLost })
    const silence = setTimeout(
      () => onLost(`no answer within ${settings.timeoutMs} ms (session.timeoutMs)`),
      settings.timeoutMs,
    )

    function onReady(): void {
      clearTimeout(silence)
      log.info({}, isLost ? 'Redis is back' : 'connected to Redis')
      isLost = false
      wasReady = true
      resolve({ redis, isUp })
    }

    function onLost(message: string): void {
      clearTimeout(silence)
      if (isGivenUp) return
      const text = `no connection to Redis (session.redisUrl): ${message}`
      if (mustConnect && !wasReady) {
        isGivenUp = true
        redis.disconnect()
        reject(new Error(text))
        return
      }
      if (!isLost) log.warn({ code: 'SESSION_STORE_UNAVAILABLE' }, text)
      isLost = true
      resolve({ redis, isUp })
    }
  })
}
