import { setTimeout as sleep } from 'node:timers/promises'
import { createLegacySessions } from './auth/legacy-session.ts'
import { createOAuth2Sso } from './auth/oauth2-sso.ts'
import { createPendingLogins } from './auth/pending-logins.ts'
import { pingSso } from './auth/ping-sso.ts'
import { endpointOf } from './config/resolve.ts'
import type { Config } from './config/schema.ts'
import { messageOf } from './errors.ts'
import { createRareWarning, type Log } from './log.ts'
import type { ObjectSource } from './object/object-source.ts'
import { pingS3 } from './object/ping-s3.ts'
import { createReadAhead, type ReadAhead } from './object/read-ahead.ts'
import { createS3Source } from './object/s3-source.ts'
import { type ConnectionPool, createConnectionPool } from './s3/connection-pool.ts'
import { createCredentialSource } from './s3/credentials.ts'
import { createS3Client, type S3Client } from './s3/s3-client.ts'
import { createSigner } from './s3/sigv4.ts'
import { type AdminServer, createAdminServer } from './server/admin-server.ts'
import { createHandler } from './server/handler.ts'
import { createHttpServer, type HttpServer } from './server/http-server.ts'
import { createReadiness, type Readiness } from './server/readiness.ts'
import { createSiteResolver } from './server/site.ts'
import type { LegacyTokens } from './session/legacy-tokens.ts'
import type { connectRedis, RedisSettings } from './session/redis-client.ts'
import type { RedisCommands } from './session/redis-store.ts'
import type { SessionStore } from './session/session-store.ts'
import { createSessions } from './session/sessions.ts'

/** The whole program, put together and not yet listening. */
export interface App {
  server: HttpServer
  admin: AdminServer
  readiness: Readiness
  /** Warns of what cannot be reached; the store of sessions speaks for itself. Never rejects. */
  warnOfUnreachable(): Promise<void>
  close(): Promise<void>
}

const now = Date.now
/** Platforms wait for a probe no longer than a few seconds. */
const pingTimeoutMs = 2000

/** Picks the implementations that a configuration asks for. */
export async function createApp(config: Config, log: Log): Promise<App> {
  const { source, client } = createObjects(config, log)
  const { store, legacyTokens } = await createStore(config, log)
  const sso = createOAuth2Sso(config.sso)
  const sessionCookie = { name: config.session.cookieName, sameSite: config.session.sameSite }
  const sessions = createSessions({
    store,
    cookie: sessionCookie,
    maxAgeSeconds: config.session.maxAgeSeconds,
    now,
  })
  const shared = {
    s3: () => pingS3(source, config.s3.healthcheckKey, pingTimeoutMs),
    sso: () => pingSso(config.sso.internalUrl ?? config.sso.url, pingTimeoutMs),
  }
  const readiness = createReadiness(
    {
      sessions: { isVital: true, ask: () => store.ping() },
      s3: { isVital: false, ask: shared.s3 },
      sso: { isVital: false, ask: shared.sso },
    },
    pingTimeoutMs + 500,
    now,
  )
  const handler = createHandler({
    source,
    sessions,
    sso,
    pending: createPendingLogins(store),
    cookie: { name: `${config.session.cookieName}_login`, sameSite: config.session.sameSite },
    siteOf: createSiteResolver(config.server),
    readiness,
    healthcheckKey: config.s3.healthcheckKey,
    tokenCheckIntervalMs: config.sso.tokenCheckIntervalSeconds * 1000,
    sandboxed: config.server.sandboxActiveContent,
    ...(legacyTokens === undefined
      ? {}
      : { legacySessions: createLegacySessions({ tokens: legacyTokens, sessions, sso, now }) }),
    log,
    settle: () => sleep(500),
    now,
    onDenied: createRareWarning(
      log,
      'S3 answers AccessDenied: grant s3:ListBucket, and a key that does not exist becomes a 404',
      now,
    ),
  })
  return {
    server: createHttpServer({ ...config.server, handler, log }),
    admin: createAdminServer(readiness),
    readiness,
    async warnOfUnreachable() {
      const asked = Object.entries(shared).map(([dependency, ask]) =>
        ask().catch((error: unknown) => {
          log.warn({ dependency }, `not usable yet, it may come later: ${messageOf(error)}`)
        }),
      )
      await Promise.all(asked)
    },
    async close() {
      client.close()
      await store.close()
    },
  }
}

/** The S3 half, which `fetch` uses by itself. */
export function createObjects(
  config: Pick<Config, 's3'>,
  log: Log,
): { source: ObjectSource; client: S3Client } {
  const endpoint = endpointOf(config)
  const stallTimeoutMs = Math.min(config.s3.stallTimeoutMs, config.s3.deadlineMs)
  const pool = createConnectionPool({ ...config.s3, origin: endpoint, stallTimeoutMs })
  const client = createS3Client({
    endpoint,
    pool,
    credentials: createCredentialSource(config.s3),
    sign: createSigner(config.s3.region),
    stallTimeoutMs,
    now,
  })
  const source = createS3Source({
    ...config.s3,
    client,
    ...readAheadOf(config.s3, pool),
    random: Math.random,
    now: () => performance.now(),
    onRetry: (error, where) => log.debug({ code: error.code, where }, `asking S3 again: ${error.message}`),
  })
  return { source, client }
}

function readAheadOf(s3: Config['s3'], pool: ConnectionPool): { readAhead?: ReadAhead } {
  if (s3.parallelConnections === 1) return {}
  const readAhead = createReadAhead({
    connections: s3.parallelConnections,
    thresholdBytes: s3.parallelThresholdBytes,
    partBytes: s3.parallelPartBytes,
    memoryBytes: s3.parallelMemoryBytes,
    maxConnections: s3.maxConnections,
    poolUsage: () => pool.usage,
    clockMs: () => performance.now(),
  })
  return { readAhead }
}

async function createStore(
  config: Config,
  log: Log,
): Promise<{ store: SessionStore; legacyTokens?: LegacyTokens }> {
  const { redisUrl } = config.session
  if (config.session.store === 'memory' || redisUrl === undefined) {
    const { createMemoryStore } = await import('./session/memory-store.ts')
    return { store: createMemoryStore(now) }
  }
  const { connectRedis } = await import('./session/redis-client.ts')
  const { createRedisStore } = await import('./session/redis-store.ts')
  const redis = await connectToRedis(connectRedis, { ...config.session, redisUrl }, log)
  const store = createRedisStore(redis, {
    prefix: config.session.redisKeyPrefix,
    timeoutMs: config.session.timeoutMs,
  })
  if (!config.session.acceptLegacySessions) return { store }
  const { createLegacyTokens } = await import('./session/legacy-tokens.ts')
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
