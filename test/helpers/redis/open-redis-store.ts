import { EventEmitter, once } from 'node:events'
import { parseRedisUrls } from '../../../src/config/schema/redis-url.ts'
import { connectRedis } from '../../../src/store/redis-client.ts'
import type { RedisSettings } from '../../../src/store/redis-options.ts'
import { createRedisStore } from '../../../src/store/redis-store.ts'

/** A store over a real Redis, as `serve` puts it together, and what becomes of its connection. */
export function openRedisStore(url: string, settings: Partial<RedisSettings> = {}) {
  const redisUrl = parseRedisUrls(url)
  if (redisUrl === undefined) throw new Error(`not a URL of Redis: ${url}`)
  const timeoutMs = settings.timeoutMs ?? 5000
  const events = new EventEmitter().setMaxListeners(0)
  let isLost = false
  const redis = connectRedis(
    { redisUrl, redisCluster: false, timeoutMs, ...settings },
    {
      onReady() {
        isLost = false
        events.emit('ready')
      },
      onLost(message) {
        isLost = true
        events.emit('lost', message)
      },
    },
  )
  return {
    store: createRedisStore(redis, { prefix: 's3proxy:', timeoutMs }),
    redis,
    /** Emits `ready` and `lost`. */
    events,
    ready: once(events, 'ready'),
    firstLost: once(events, 'lost').then(([message]) => String(message)),
    get isLost() {
      return isLost
    },
  }
}
