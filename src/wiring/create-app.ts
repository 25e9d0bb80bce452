import { setTimeout as sleep } from 'node:timers/promises'
import { createLegacySessions } from '../auth/legacy-session.ts'
import { createOAuth2Sso } from '../auth/oauth2-sso.ts'
import { createPendingLogins } from '../auth/pending-logins.ts'
import { pingSso } from '../auth/ping-sso.ts'
import { ssoEndpoints } from '../auth/sso-endpoints.ts'
import type { Config } from '../config/schema.ts'
import { codeOf, messageOf } from '../errors.ts'
import { createRareWarning, type Log, type ProgramLog } from '../log.ts'
import { pingS3 } from '../object/ping-s3.ts'
import { type AdminServer, createAdminServer } from '../server/admin-server.ts'
import { createHandler } from '../server/handler.ts'
import { createHttpServer, type HttpServer } from '../server/http-server.ts'
import { createReadiness, type Readiness } from '../server/readiness.ts'
import { createSiteResolver } from '../server/site.ts'
import { createSessions } from '../session/sessions.ts'
import { createAudit, createIdentityHash } from '../telemetry/audit.ts'
import { createRequestSink, type RequestWatchers } from '../telemetry/request-end.ts'
import { createObjects } from './create-objects.ts'
import { createStore } from './create-store.ts'

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
export async function createApp(config: Config, log: Log | ProgramLog): Promise<App> {
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
    sso: () => pingSso(ssoEndpoints(config.sso).identity, pingTimeoutMs),
  }
  const readiness = createReadiness(
    {
      sessions: { isVital: true, timeoutCode: 'SESSION_STORE_UNAVAILABLE', ask: () => store.ping() },
      s3: { isVital: false, timeoutCode: 'S3_TIMEOUT', ask: shared.s3 },
      sso: { isVital: false, timeoutCode: 'SSO_TIMEOUT', ask: shared.sso },
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
      'OBJECT_DENIED',
      'S3 answers AccessDenied: grant s3:ListBucket, and a key that does not exist becomes a 404',
      now,
    ),
  })
  const onEnd = createRequestSink({ log, ...watchersOf(config.log, log) })
  return {
    server: createHttpServer({ ...config.server, handler, log, onEnd, notesPhases: false }),
    admin: createAdminServer(readiness),
    readiness,
    async warnOfUnreachable() {
      const asked = Object.entries(shared).map(([dependency, ask]) =>
        ask().catch((error: unknown) => {
          log.warn(
            { code: codeOf(error, 'INTERNAL'), dependency },
            `not usable yet, it may come later: ${messageOf(error)}`,
          )
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

function watchersOf({ audit, identity, identityHashKey }: Config['log'], log: Log | ProgramLog) {
  const watchers: Omit<RequestWatchers, 'log'> = {}
  if (audit) watchers.audit = createAudit('always' in log ? log.always : log)
  if (identity === 'hashed' && identityHashKey !== undefined)
    watchers.maskIdentity = createIdentityHash(identityHashKey)
  return watchers
}
