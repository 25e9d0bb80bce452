import { isIP } from 'node:net'
import { Cluster, Redis } from 'ioredis'
import { type RedisCommands, redisMessage } from './redis-store.ts'

export interface RedisSettings {
  /** One URL, or several separated by commas: nodes of a Cluster, or Sentinels. */
  redisUrl: string
  redisCluster: boolean
  redisSentinelName?: string | undefined
  /** Of the Sentinels themselves. */
  redisSentinelPassword?: string | undefined
  /** Authorities that are trusted instead of the public ones; PEM. */
  ca?: string | undefined
  timeoutMs: number
}

/** What Redis is asked beside what a store needs. */
export interface RedisClient extends RedisCommands {
  info(): Promise<string>
}

export interface RedisEvents {
  onReady(): void
  /** @param message without a secret */
  onLost(message: string): void
}

/**
 * Connects to Redis, and again whenever the connection is lost.
 *
 * Nothing waits for a Redis that is away: a command fails at once while there is no connection, and after
 * `timeoutMs` when there is no answer. A connection on which nothing is answered any more is given up.
 */
export function connectRedis(settings: RedisSettings, events: RedisEvents): RedisClient {
  const urls = settings.redisUrl.split(',').map((url) => new URL(url.trim()))
  const first = urls[0] as URL
  const nodes = urls.map((url) => ({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
  }))
  const options = redisOptions(first, settings.timeoutMs)
  const ca = settings.ca === undefined ? {} : { ca: settings.ca }
  const tls = first.protocol === 'rediss:' ? ca : undefined
  const single = {
    ...options,
    ...nodes[0],
    ...(tls === undefined ? {} : { tls }),
    enableOfflineQueue: false,
    retryStrategy: reconnectAfterMs,
    // After a failover behind one host name, the old connection leads to what is now a replica.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    replyMapping: 'legacy' as const,
  }
  const redis = settings.redisCluster
    ? new Cluster(nodes, {
        redisOptions: {
          ...options,
          // Nodes are known by address, and have certificates for their name.
          ...(tls === undefined
            ? {}
            : { tls: isIP(nodes[0]?.host ?? '') ? tls : { ...tls, servername: first.hostname } }),
        },
        enableOfflineQueue: false,
        enableAutoPipelining: true,
        slotsRefreshTimeout: settings.timeoutMs,
        clusterRetryStrategy: reconnectAfterMs,
        ...(tls === undefined ? {} : { dnsLookup: (address, done) => done(null, address) }),
      })
    : settings.redisSentinelName === undefined
      ? new Redis(single)
      : new Redis({
          ...single,
          sentinels: nodes,
          name: settings.redisSentinelName,
          ...(settings.redisSentinelPassword === undefined
            ? {}
            : { sentinelPassword: settings.redisSentinelPassword }),
          sentinelRetryStrategy: reconnectAfterMs,
          // A Sentinel that hangs must not keep the others from being asked.
          sentinelCommandTimeout: settings.timeoutMs,
          // Without this, `tls` would be passed over and the password go out in the clear.
          ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
        })
  redis.on('ready', events.onReady)
  redis.on('error', (error: Error) => events.onLost(redisMessage(error)))
  if (redis instanceof Cluster) tellOfCluster(redis, events)
  return redis
}

/** A Cluster of which no node can be used is tried again without an error of its own. */
function tellOfCluster(cluster: Cluster, events: RedisEvents): void {
  let last = 'no node of the Cluster can be used: do its nodes know their own addresses (CLUSTER SLOTS)?'
  cluster.on('node error', (error: Error) => {
    last = redisMessage(error)
  })
  cluster.on('reconnecting', () => events.onLost(last))
}

function redisOptions(url: URL, timeoutMs: number) {
  const database = /^\/(\d+)$/.exec(url.pathname)?.[1]
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(database === undefined ? {} : { db: Number(database) }),
    connectTimeout: timeoutMs,
    // Commands have no timer of their own here (see `createAnswered`), but a silent connection is given up.
    socketTimeout: 2 * timeoutMs,
    // What every Redis speaks; nothing here needs more.
    protocol: 2 as const,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  }
}

function reconnectAfterMs(attempt: number): number {
  return Math.min(250, 50 * attempt)
}
