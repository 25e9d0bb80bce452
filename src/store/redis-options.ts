import type { RedisAddress } from './redis-address.ts'

export interface RedisSettings {
  /** One Redis, nodes of a Cluster, or Sentinels. Login, database and TLS of the first apply to all. */
  redisUrl: readonly RedisAddress[]
  redisCluster: boolean
  redisSentinelName?: string | undefined
  /** The password of the Sentinels; `redisUrl` has that of the Redis behind them. */
  redisSentinelPassword?: string | undefined
  /** Certificate authorities that are trusted instead of the public ones; PEM. */
  ca?: string | undefined
  timeoutMs: number
}

/** The addresses of Redis, and the settings of TLS, where it speaks that. */
export function peersOf({ redisUrl, ca }: RedisSettings) {
  const first = redisUrl[0] as RedisAddress
  const nodes = redisUrl.map(({ host, port }) => ({ host, port }))
  const authority = ca === undefined ? {} : { ca }
  return { first, nodes, tls: first.isSecure ? authority : undefined }
}

/** The options of every connection, as the library names them. */
export function redisOptions({ username, password, database, family }: RedisAddress, timeoutMs: number) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { db: database }),
    ...(family === undefined ? {} : { family }),
    connectTimeout: timeoutMs,
    // Commands have no timer of their own here (see `createRedisTimeout`); a silent connection is closed after this.
    socketTimeout: 2 * timeoutMs,
    // Every Redis and every proxy in front of one speaks version 2 of the protocol.
    protocol: 2 as const,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Some proxies in front of Redis do not know INFO and CLIENT SETINFO, or close the connection for them.
    enableReadyCheck: false,
    disableClientInfo: true,
  }
}

/** The pause before another attempt to connect. */
export function reconnectAfterMs(attempt: number): number {
  return Math.min(250, 50 * attempt)
}
