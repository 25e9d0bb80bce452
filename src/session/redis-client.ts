import { Cluster, Redis } from 'ioredis'
import type { RedisCommands } from './redis-store.ts'

export interface RedisSettings {
  /** One URL, or several separated by commas: nodes of a Cluster, or Sentinels. */
  redisUrl: string
  redisCluster: boolean
  redisSentinelName?: string | undefined
  timeoutMs: number
}

export interface RedisEvents {
  onReady(): void
  onLost(message: string): void
}

/**
 * Connects to Redis, and again whenever the connection is lost.
 *
 * Nothing waits for a Redis that is away: a command fails at once while there is no connection, and after
 * `timeoutMs` when there is no answer.
 */
export function connectRedis(settings: RedisSettings, events: RedisEvents): RedisCommands {
  const urls = settings.redisUrl.split(',').map((url) => new URL(url.trim()))
  const first = urls[0] as URL
  const nodes = urls.map((url) => ({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
  }))
  const options = redisOptions(first, settings.timeoutMs)
  const single = {
    ...options,
    ...nodes[0],
    enableOfflineQueue: false,
    retryStrategy: reconnectAfterMs,
    replyMapping: 'legacy' as const,
  }
  const redis = settings.redisCluster
    ? new Cluster(nodes, {
        redisOptions: options,
        enableOfflineQueue: false,
        enableAutoPipelining: true,
        slotsRefreshTimeout: settings.timeoutMs,
        clusterRetryStrategy: reconnectAfterMs,
        ...(options.tls === undefined ? {} : { dnsLookup: (address, done) => done(null, address) }),
      })
    : settings.redisSentinelName === undefined
      ? new Redis(single)
      : new Redis({
          ...single,
          sentinels: nodes,
          name: settings.redisSentinelName,
          sentinelRetryStrategy: reconnectAfterMs,
        })
  redis.on('ready', events.onReady)
  redis.on('error', (error: Error) => events.onLost(error.message))
  return redis
}

function redisOptions(url: URL, timeoutMs: number) {
  const database = /^\/(\d+)$/.exec(url.pathname)?.[1]
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(database === undefined ? {} : { db: Number(database) }),
    ...(url.protocol === 'rediss:' ? { tls: { servername: url.hostname } } : {}),
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // What every Redis speaks; nothing here needs more.
    protocol: 2 as const,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: true,
  }
}

function reconnectAfterMs(attempt: number): number {
  return Math.min(500, 50 * attempt)
}
