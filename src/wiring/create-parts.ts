import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/schema.ts'
import { createLegacySessions } from '../identity/legacy-session.ts'
import { createRareWarning, type Log, type ProgramLog } from '../log/log.ts'
import { createRefusalWarnings } from '../object/refusal-warnings.ts'
import { createSandboxRule } from '../object/sandbox-rule.ts'
import { pingS3 } from '../origin/ping-s3.ts'
import { createHandler, type Handler } from '../server/handler.ts'
import { createReadiness, type Readiness } from '../server/readiness.ts'
import { createSiteResolver } from '../server/site.ts'
import { createSessions } from '../session/sessions.ts'
import { createOAuth2Calls } from '../sso/oauth2-calls.ts'
import { createOAuth2Sso } from '../sso/oauth2-sso.ts'
import { createPacedCalls } from '../sso/paced-calls.ts'
import { createPendingLogins } from '../sso/pending-logins.ts'
import { pingSso } from '../sso/ping-sso.ts'
import { createRefusedTokens } from '../sso/refused-tokens.ts'
import { ssoEndpoints } from '../sso/sso-endpoints.ts'
import { createAudit, createIdentityHash } from '../telemetry/audit.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { RequestTally } from '../telemetry/request-tally.ts'
import { type RequestWatchers, watchRequests } from '../telemetry/request-watchers.ts'
import { type Connections, createObjects } from './create-objects.ts'
import type { StoreParts } from './create-store.ts'

/** What answers requests by one configuration; a reload makes others. */
export interface Parts {
  config: Config
  handler: Handler
  readiness: Readiness
  /** Asks what all instances share; rejects with what is wrong. */
  shared: Readonly<Record<'s3' | 'sso', () => Promise<void>>>
  /** Connections to S3. */
  s3: Connections
  /** Tells of a request that is over, as this configuration wants it told. */
  onEnd(record: RequestRecord): void
}

/** Who looks at requests, whatever the configuration, and what we call ourselves. */
export interface Observers {
  userAgent: string
  requests?: RequestTally | undefined
  trace?: RequestWatchers['trace'] | undefined
}

/** Agrees with other machines, and may jump. */
const now = Date.now
/** Measures how long ago something was; never jumps. */
const monotonicNow = () => performance.now()
/** Platforms wait for a probe no longer than a few seconds. */
const pingTimeoutMs = 2000

/**
 * Picks the implementations that a configuration asks for.
 *
 * @param observers stay the same with other configurations
 */
export function createParts(
  config: Config,
  { store, legacyTokens }: StoreParts,
  log: Log | ProgramLog,
  { requests, trace, userAgent }: Observers,
): Parts {
  const { source, connections } = createObjects(config, log, userAgent, requests?.retries)
  const calls = createOAuth2Calls({ ...config.sso, userAgent, onUnnamed: createUnnamedWarning(log), now })
  const sso = createOAuth2Sso(createPacedCalls(calls, monotonicNow), config.sso)
  const sessionCookie = { name: config.session.cookieName, sameSite: config.session.sameSite }
  const deployment = deploymentOf(config)
  const sessions = createSessions({
    store,
    cookie: sessionCookie,
    maxAgeSeconds: config.session.maxAgeSeconds,
    deployment,
    now,
    elapsedMs: monotonicNow,
  })
  const shared = {
    s3: () => pingS3(source, config.s3.healthcheckKey, pingTimeoutMs),
    sso: () => pingSso(ssoEndpoints(config.sso).identity, userAgent, pingTimeoutMs),
  }
  const readiness = createReadiness(
    {
      sessions: { isVital: true, timeoutCode: 'SESSION_STORE_UNAVAILABLE', ask: () => store.ping() },
      s3: { isVital: false, timeoutCode: 'S3_TIMEOUT', ask: shared.s3 },
      sso: { isVital: false, timeoutCode: 'SSO_TIMEOUT', ask: shared.sso },
    },
    pingTimeoutMs + 500,
    monotonicNow,
  )
  const warnOfUnnoted = createRareWarning(
    log,
    'SESSION_STORE_UNAVAILABLE',
    'a check of a session could not be noted, and is remembered by this process only; nobody can sign in meanwhile',
    monotonicNow,
  )
  const handler = createHandler({
    source,
    sessions,
    sso,
    pending: createPendingLogins(store, deployment, now),
    refusedTokens: createRefusedTokens(store),
    cookie: { name: `${config.session.cookieName}_login`, sameSite: config.session.sameSite },
    siteOf: createSiteResolver({ ...config.server, isTls: config.server.tlsCertFile !== undefined }),
    readiness,
    healthcheckKey: config.s3.healthcheckKey,
    tokenCheckIntervalMs: config.sso.tokenCheckIntervalSeconds * 1000,
    isSandboxed: createSandboxRule(config.server.sandboxActiveContent),
    ...(legacyTokens === undefined
      ? {}
      : { legacySessions: createLegacySessions({ tokens: legacyTokens, sessions, sso, now }) }),
    log,
    settle: () => sleep(500),
    now,
    elapsedMs: monotonicNow,
    onUnnoted: ({ message }) => warnOfUnnoted(message),
    onDenied: createRareWarning(
      log,
      'OBJECT_DENIED',
      'S3 answers AccessDenied: grant s3:ListBucket, and a key that does not exist becomes a 404',
      monotonicNow,
    ),
    onRefused: createRefusalWarnings(log, monotonicNow),
  })
  const onEnd = watchRequests({
    log,
    ...watchersOf(config.log, log),
    ...(requests === undefined ? {} : { count: requests.count }),
    ...(trace === undefined ? {} : { trace }),
  })
  return { config, handler, readiness, shared, s3: connections, onEnd }
}

/**
 * Whose sessions and logins they are: instances with the same SSO, client and cookie share them, and of others on the
 * same Redis nothing opens.
 */
function deploymentOf({ sso, session }: Config): string {
  const { origin, pathname } = new URL(sso.url)
  return JSON.stringify([origin + pathname.replace(/\/*$/, '/'), sso.clientId, session.cookieName])
}

function watchersOf({ audit, identity, identityHashKey }: Config['log'], log: Log | ProgramLog) {
  const watchers: Omit<RequestWatchers, 'log'> = {}
  if (audit) watchers.audit = createAudit('always' in log ? log.always : log)
  if (identity === 'hashed' && identityHashKey !== undefined)
    watchers.maskIdentity = createIdentityHash(identityHashKey)
  return watchers
}

/** Tells once that log and audit cannot name anybody. */
function createUnnamedWarning(log: Log): () => void {
  let isTold = false
  return () => {
    if (isTold) return
    isTold = true
    log.warn(
      { code: 'SSO_NAMES_NOBODY' },
      'the SSO says who signs in without a claim that names the person: lines of log and audit say `unnamed` (sso.userClaim)',
    )
  }
}
