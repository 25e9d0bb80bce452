import { isIP } from 'node:net'
import { Cluster, Command, Redis } from 'ioredis'
import { messageOf } from '../errors.ts'
import type { RedisAddress } from './redis-address.ts'
import type { RedisCommands } from './redis-commands.ts'
import { redisMessage } from './redis-message.ts'
import { type ConnectionEvents, createReplaceable, type ReplaceableEvents } from './replaceable.ts'

export interface RedisSettings {
  /** One Redis, or several: nodes of a Cluster, or Sentinels. The first one speaks for all. */
  redisUrl: readonly RedisAddress[]
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

/**
 * Connects to Redis, and again whenever the connection is lost.
 *
 * Nothing waits for a Redis that is away: a command fails at once while there is no connection, and after
 * `timeoutMs` when there is no answer. A connection on which nothing is answered any more is given up.
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
    // A Sentinel that hangs must not keep the others from being asked.
    sentinelCommandTimeout: settings.timeoutMs,
    // Whoever is no master any more is found out by INFO.
    enableReadyCheck: true,
    // Without this, `tls` would be passed over and the password go out in the clear.
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
        // Never by the client's own way, which would fail all that is under way.
        if (error.message.startsWith('READONLY')) onReadOnly()
        return false
      },
    })
    if (name !== undefined) passOverRefusedInfo(redis)
    redis.on('ready', () => whenLoaded(redis, onReady, onLost))
    redis.on('error', (error: Error) => onLost(redisMessage(error)))
    return redis
  }

  const connection = createReplaceable(open, events, 2 * settings.timeoutMs, () => performance.now())
  return {
    isCluster: false,
    get: (key) => connection.current.get(key),
    mget: (keys) => connection.current.mget(keys),
    set: (key, value, ...how) => connection.current.set(key, value, ...(how as ['PX', number])),
    incrby: (key, by) => connection.current.incrby(key, by),
    pexpire: (key, ttlMs) => connection.current.pexpire(key, ttlMs),
    del: (key) => connection.current.del(key),
    ping: () => connection.current.ping(),
    info: () => connection.current.info(),
    disconnect: () => connection.disconnect(),
  }
}

const loadingCheckMs = 100

/** Asks by PING, which everything that speaks for a Redis knows, whether it has read its data yet. */
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

/** The client would connect for ever to a Redis that does not answer INFO, or write to stdout. */
function passOverRefusedInfo(redis: Redis): void {
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

/** The command is renamed, not allowed, or not known to what stands before Redis. */
function isUnknownOrForbidden(message: string): boolean {
  return /^(?:NOPERM|ERR)\b/.test(message)
}

function connectCluster(settings: RedisSettings, events: ConnectionEvents): RedisClient {
  const { first, nodes, tls } = peersOf(settings)
  const cluster = new Cluster(nodes, {
    redisOptions: {
      ...redisOptions(first, settings.timeoutMs),
      // Nodes are known by address, and have certificates for their name.
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
  tellOfCluster(cluster, events)

  /** While slots move, commands that were sent together fail together: without effect, and each can be sent alone. */
  function alone<T>(sent: Promise<T>, name: string, words: (string | number)[]): Promise<T> {
    return sent.catch((error: unknown) => {
      if (!movingSlots.test(messageOf(error))) throw error
      return cluster.sendCommand(new Command(name, words, { replyEncoding: 'utf8' })) as Promise<T>
    })
  }

  return {
    isCluster: true,
    get: (key) => alone(cluster.get(key), 'get', [key]),
    mget: (keys) => cluster.mget(keys),
    set: (key, value, ...how) =>
      alone(cluster.set(key, value, ...(how as ['PX', number])), 'set', [key, value, ...how]),
    incrby: (key, by) => alone(cluster.incrby(key, by), 'incrby', [key, by]),
    pexpire: (key, ttlMs) => alone(cluster.pexpire(key, ttlMs), 'pexpire', [key, ttlMs]),
    del: (key) => alone(cluster.del(key), 'del', [key]),
    ping: () => cluster.ping(),
    info: () => cluster.info(),
    disconnect: () => cluster.disconnect(),
  }
}

const movingSlots = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b|same slot|^Too many Cluster redirections/

function peersOf({ redisUrl, ca }: RedisSettings) {
  const first = redisUrl[0] as RedisAddress
  const nodes = redisUrl.map(({ host, port }) => ({ host, port }))
  const authority = ca === undefined ? {} : { ca }
  return { first, nodes, tls: first.isSecure ? authority : undefined }
}

/** A Cluster of which no node can be used is tried again without an error of its own. */
function tellOfCluster(cluster: Cluster, events: ConnectionEvents): void {
  let last = 'no node of the Cluster can be used: do its nodes know their own addresses (CLUSTER SLOTS)?'
  cluster.on('node error', (error: Error) => {
    last = redisMessage(error)
  })
  cluster.on('reconnecting', () => events.onLost(last))
}

function redisOptions({ username, password, database, family }: RedisAddress, timeoutMs: number) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { db: database }),
    ...(family === undefined ? {} : { family }),
    connectTimeout: timeoutMs,
    // Commands have no timer of their own here (see `createRedisTimeout`), but a silent connection is given up.
    socketTimeout: 2 * timeoutMs,
    // What every Redis speaks; nothing here needs more.
    protocol: 2 as const,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // What asks of Redis more than sessions need, some that speak for a Redis do not know, or end the connection for.
    enableReadyCheck: false,
    disableClientInfo: true,
  }
}

function reconnectAfterMs(attempt: number): number {
  return Math.min(250, 50 * attempt)
}
