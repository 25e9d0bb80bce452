import { getValue } from '../config/option-values.ts'
import { productOptions } from '../config/product-options.ts'
import type { Config } from '../config/schema.ts'
import { createLegacyTokens, type LegacyTokens } from '../identity/legacy-tokens.ts'
import type { Log } from '../log/log.ts'
import { createLateRedis } from '../store/late-redis.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { connectRedis, RedisSettings } from '../store/redis-client.ts'
import type { RedisCommands } from '../store/redis-commands.ts'
import { createRedisStore } from '../store/redis-store.ts'
import type { Store } from '../store/store.ts'

/** A store, the tokens of the original beside it where they are accepted, and the state of its connection. */
export interface StoreParts {
  store: Store
  legacyTokens?: LegacyTokens
  /** Whether it can be used at this moment, and how many commands it has not yet answered. */
  usage(): { isUp: boolean; pending: number }
  /** Connects, which the first command would do otherwise; rejects with what is broken in this program. */
  connect(): Promise<void>
}

/** Everything that a store is made of: as long as this is the same, so is the store. */
export function storeSettings(config: Config): string {
  if (config.session.store === 'memory') return 'memory'
  return JSON.stringify(ofStore.map((option) => getValue(config, option)))
}

const ofStore = productOptions.single.filter(({ reopensStore }) => reopensStore === true)

/**
 * Redis, or the store within this process.
 *
 * @param mustConnect connects now, and a Redis that is not there is an error; else it is waited for
 * @throws Error with why there is no connection
 */
export async function createStore(config: Config, log: Log, mustConnect = false): Promise<StoreParts> {
  const { redisUrl } = config.session
  if (config.session.store === 'memory' || redisUrl === undefined) {
    return {
      store: createMemoryStore(() => performance.now()),
      usage: () => ({ isUp: true, pending: 0 }),
      connect: async () => {},
    }
  }
  let isUp = () => false
  const redis = createLateRedis(config.session.redisCluster, async () => {
    // Not before it is needed: loading ioredis takes 40 ms (docs/decisions/013-start-up.md).
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
  const opened: StoreParts = {
    store,
    usage: () => ({ isUp: isUp(), pending: store.pending }),
    connect: redis.connect,
  }
  if (!config.session.acceptLegacySessions) return opened
  return { ...opened, legacyTokens: createLegacyTokens(redis, config.session.timeoutMs) }
}

/** Waits for the first attempt, so that a Redis that is there is there for the first request too; not for silence. */
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
      const told = `no connection to Redis (session.redisUrl): ${message}`
      if (mustConnect && !wasReady) {
        isGivenUp = true
        redis.disconnect()
        reject(new Error(told))
        return
      }
      if (!isLost) log.warn({ code: 'SESSION_STORE_UNAVAILABLE' }, told)
      isLost = true
      resolve({ redis, isUp })
    }
  })
}
