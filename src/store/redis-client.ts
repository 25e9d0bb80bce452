import { isIP } from 'node:net'
import { Cluster, Command, Redis } from 'ioredis'
import { messageOf } from '../errors.ts'
import type { RedisCommands } from './redis-commands.ts'
import { redisMessage } from './redis-message.ts'
import { peersOf, type RedisSettings, reconnectAfterMs, redisOptions } from './redis-options.ts'
import {
  type ConnectionEvents,
  createReplaceableConnection,
  type ReplaceableEvents,
} from './replaceable-connection.ts'

/** The commands of a store, and `INFO` for the probe. */
export interface RedisClient extends RedisCommands {
  info(): Promise<string>
}

/**
 * Connects to Redis, and connects again whenever the connection is lost.
 *
 * Without a connection a command fails at once. A connection on which Redis no longer answers is closed after twice
 * `timeoutMs`.
 */
export function connectRedis(settings: RedisSettings, events: ConnectionEvents): RedisClient {
  return settings.redisCluster ? connectCluster(settings, events) : connectServer(settings, events)
}

function connectServer(settings: RedisSettings, events: ConnectionEvents): RedisClient {
  const { first, nodes, tls } = peersOf(settings)
  const single = {
    ...redisOptions(first, settings.timeoutMs),
    ...nodes[0],
    ...(tls === undefined ? {} : { tls }),
    enableOfflineQueue: false,
    retryStrategy: reconnectAfterMs,
    replyMapping: 'legacy' as const,
  }
  const sentinels = {
    ...single,
    sentinels: nodes,
    sentinelRetryStrategy: reconnectAfterMs,
    // The client asks the next Sentinel only after this time.
    sentinelCommandTimeout: settings.timeoutMs,
    // The ready check sends INFO, which shows whether the server still is the master.
    enableReadyCheck: true,
    // Without this, the client ignores `tls` for Sentinels and sends the password in the clear.
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  }
  const { redisSentinelName: name, redisSentinelPassword: sentinelPassword } = settings
  const options =
    name === undefined
      ? single
      : { ...sentinels, name, ...(sentinelPassword === undefined ? {} : { sentinelPassword }) }

  function open({ onReady, onLost, onReadOnly }: ReplaceableEvents): Redis {
    const redis = new Redis({
      ...options,
      reconnectOnError(error: Error) {
        // `false`, because the client's own way to reconnect fails all commands under way.
        if (error.message.startsWith('READONLY')) onReadOnly()
        return false
      },
    })
    if (name !== undefined) tolerateRefusedInfo(redis)
    redis.on('ready', () => whenLoaded(redis, onReady, onLost))
    redis.on('error', (error: Error) => onLost(redisMessage(error)))
    return redis
  }

  const connection = createReplaceableConnection(open, events, 2 * settings.timeoutMs, () =>
    performance.now(),
  )
  return {
    isCluster: false,
    get: (key) => connection.current.get(key),
    mget: (keys) => connection.current.mget(keys),
    set: (key, value, ...how) => connection.current.set(key, value, ...(how as ['PX', number])),
    incrby: (key, by) => connection.current.incrby(key, by),
    pexpire: (key, ttlMs) => connection.current.pexpire(key, ttlMs),
    pttl: (key) => connection.current.pttl(key),
    del: (key) => connection.current.del(key),
    eval: (script, keys, words) => connection.current.eval(script, keys.length, ...keys, ...words),
    zadd: (key, score, member) => connection.current.zadd(key, score, member),
    zrem: (key, member) => connection.current.zrem(key, member),
    zrange: (key) => connection.current.zrange(key, '0', '-1'),
    zremrangebyscore: (key, score) => connection.current.zremrangebyscore(key, '-inf', String(score)),
    exists: (keys) => connection.current.exists([...keys]),
    ping: () => connection.current.ping(),
    info: () => connection.current.info(),
    disconnect: () => connection.disconnect(),
  }
}

const loadingCheckMs = 100

/** Waits until Redis has loaded its data. It asks with PING, because proxies in front of Redis know PING. */
function whenLoaded(redis: Redis, onReady: () => void, onLost: (message: string) => void): void {
  redis.ping().then(onReady, (error: unknown) => {
    const message = redisMessage(error)
    if (isUnknownOrForbidden(message)) return onReady()
    onLost(message)
    if (redis.status !== 'ready') return
    if (message.startsWith('LOADING'))
      setTimeout(() => {
        if (redis.status === 'ready') whenLoaded(redis, onReady, onLost)
      }, loadingCheckMs).unref()
    else redis.disconnect(true)
  })
}

/** Lets the ready check pass where INFO is refused. Otherwise the client reconnects for ever, or writes to stdout. */
function tolerateRefusedInfo(redis: Redis): void {
  type Callback = (error: Error | null, text?: string) => void
  const info = redis.info.bind(redis) as (callback?: Callback) => Promise<string>
  const tolerant = (callback?: Callback) =>
    callback === undefined
      ? info()
      : info((error, text) => {
          if (error && isUnknownOrForbidden(error.message)) callback(null, '')
          else callback(error, text)
        })
  Object.assign(redis, { info: tolerant })
}

/** Tells whether the command was renamed, is not allowed, or is unknown to a proxy in front of Redis. */
function isUnknownOrForbidden(message: string): boolean {
  return /^(?:NOPERM|ERR)\b/.test(message)
}

function connectCluster(settings: RedisSettings, events: ConnectionEvents): RedisClient {
  const { first, nodes, tls } = peersOf(settings)
  const cluster = new Cluster(nodes, {
    redisOptions: {
      ...redisOptions(first, settings.timeoutMs),
      // A Cluster lists its nodes by address, and their certificates are for a name.
      ...(tls === undefined
        ? {}
        : { tls: isIP(nodes[0]?.host ?? '') ? tls : { ...tls, servername: first.host } }),
    },
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    slotsRefreshTimeout: settings.timeoutMs,
    clusterRetryStrategy: reconnectAfterMs,
    ...(tls === undefined ? {} : { dnsLookup: (address, done) => done(null, address) }),
  })
  cluster.on('ready', events.onReady)
  cluster.on('error', (error: Error) => events.onLost(redisMessage(error)))
  reportUnusableCluster(cluster, events)

  /** Sends a command again by itself. While slots move, commands of one batch fail together, without any effect. */
  function alone<T>(sent: Promise<T>, name: string, words: (string | number)[]): Promise<T> {
    return sent.catch((error: unknown) => {
      if (!movingSlots.test(messageOf(error))) throw error
      return send(name, words)
    })
  }

  function send<T>(name: string, words: (string | number)[]): Promise<T> {
    return cluster.sendCommand(new Command(name, words, { replyEncoding: 'utf8' })) as Promise<T>
  }

  return {
    isCluster: true,
    get: (key) => alone(cluster.get(key), 'get', [key]),
    mget: (keys) => cluster.mget(keys),
    set: (key, value, ...how) =>
      alone(cluster.set(key, value, ...(how as ['PX', number])), 'set', [key, value, ...how]),
    incrby: (key, by) => alone(cluster.incrby(key, by), 'incrby', [key, by]),
    pexpire: (key, ttlMs) => alone(cluster.pexpire(key, ttlMs), 'pexpire', [key, ttlMs]),
    pttl: (key) => alone(cluster.pttl(key), 'pttl', [key]),
    del: (key) => alone(cluster.del(key), 'del', [key]),
    // The client puts a command into the batch of its first word's node, and the first word of EVAL is no key.
    eval: (script, keys, words) => send('eval', [script, keys.length, ...keys, ...words]),
    zadd: (key, score, member) => alone(cluster.zadd(key, score, member), 'zadd', [key, score, member]),
    zrem: (key, member) => alone(cluster.zrem(key, member), 'zrem', [key, member]),
    zrange: (key) => alone(cluster.zrange(key, '0', '-1'), 'zrange', [key, 0, -1]),
    zremrangebyscore: (key, score) =>
      alone(cluster.zremrangebyscore(key, '-inf', String(score)), 'zremrangebyscore', [key, '-inf', score]),
    exists: (keys) => alone(cluster.exists([...keys]), 'exists', [...keys]),
    ping: () => cluster.ping(),
    info: () => cluster.info(),
    disconnect: () => cluster.disconnect(),
  }
}

const movingSlots = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b|same slot|^Too many Cluster redirections/

/** Reports a Cluster without a usable node: the client tries again and emits no `error` for it. */
function reportUnusableCluster(cluster: Cluster, events: ConnectionEvents): void {
  let last = 'no node of the Cluster can be used: do its nodes know their own addresses (CLUSTER SLOTS)?'
  cluster.on('node error', (error: Error) => {
    last = redisMessage(error)
  })
  cluster.on('reconnecting', () => events.onLost(last))
}
