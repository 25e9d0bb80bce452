import { createAccess } from '../access/create-access.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { type ErrorCode, S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Log, ProgramLog } from '../log/log.ts'
import { logOfMount } from '../log/log-of-mount.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import { hostsOf } from '../mount/find-mount.ts'
import { healthcheckKeyIn } from '../mount/health-check.ts'
import { nameOptionsOf } from '../mount/name-options.ts'
import { createRefusalWarnings } from '../object/refusal-warnings.ts'
import { createSandboxRule } from '../object/sandbox-rule.ts'
import { pingS3 } from '../origin/ping-s3.ts'
import type { OperatorSessions } from '../server/admin-sessions.ts'
import { createHandler, type Handler, type ServedMount } from '../server/handler.ts'
import { createReadiness, type Readiness } from '../server/readiness.ts'
import { createSiteResolver } from '../server/site.ts'
import { pingIssuer } from '../sso/ping-issuer.ts'
import { pingSso } from '../sso/ping-sso.ts'
import { ssoEndpoints } from '../sso/sso-endpoints.ts'
import { createAudit, createIdentityHash } from '../telemetry/audit.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { RequestTally } from '../telemetry/request-tally.ts'
import { type RequestWatchers, watchRequests } from '../telemetry/request-watchers.ts'
import { elapsedMs } from './clocks.ts'
import { createBackchannel } from './create-backchannel.ts'
import { createBearer } from './create-bearer.ts'
import { createBodyWatch } from './create-body-watch.ts'
import type { AppLimits } from './create-limits.ts'
import { createLogins } from './create-logins.ts'
import { type Connections, createObjects, type Objects } from './create-objects.ts'
import { createSsoIssuer } from './create-oidc.ts'
import { createOperatorSessions } from './create-operator-sessions.ts'
import { createRenewals } from './create-renewals.ts'
import { createSso, watchGroups } from './create-sso.ts'
import type { StoreConnection } from './create-store.ts'

/** The service of one configuration: everything that answers its requests. A reload makes another one. */
export interface Service {
  config: Config
  handler: Handler
  readiness: Readiness
  /** The dependencies that all instances share. */
  shared: readonly SharedDependency[]
  /** Connections to S3. */
  s3: Connections
  sessions: OperatorSessions
  /** Passes the record of a request that is over to the watchers of this configuration. */
  onEnd(record: RequestRecord): void
}

/** A dependency that all instances share. */
export interface SharedDependency {
  /** Name in the report of readiness, such as `sso` or `s3.films`. */
  name: string
  /** Name of the mount whose bucket it is. */
  mount?: string | undefined
  timeoutCode: ErrorCode
  /** Rejects with an error for the operator. */
  ask(): Promise<void>
}

/** Watchers of requests, limits of people, and the `user-agent` of s3proxy. They stay the same with every configuration. */
export interface Observers {
  userAgent: string
  requests?: RequestTally | undefined
  limits?: Pick<AppLimits, 'of'> | undefined
  trace?: RequestWatchers['trace'] | undefined
}

/** The longest wait for a dependency: platforms wait for a probe no longer than a few seconds. */
const pingTimeoutMs = 2000

/**
 * Creates the service of a configuration, and picks the implementations that it asks for.
 *
 * @param observers the same for every configuration
 */
export function createService(
  config: Config,
  stores: StoreConnection,
  log: Log | ProgramLog,
  { requests, trace, userAgent, limits }: Observers,
): Service {
  const { mounts, connections } = createObjects(config, log, userAgent, requests?.countRetry)
  const issuer = createSsoIssuer(config.sso, userAgent, log)
  const sso = watchGroups(config, createSso(config.sso, issuer, userAgent, log), log)
  const shared: SharedDependency[] = [
    ...s3Dependencies(config, mounts),
    { name: 'sso', timeoutCode: 'SSO_TIMEOUT', ask: () => pingOf(config, issuer, userAgent) },
  ]
  const readiness = createReadiness(
    {
      sessions: { isVital: true, timeoutCode: 'SESSION_STORE_UNAVAILABLE', ask: () => stores.store.ping() },
      ...Object.fromEntries(shared.map((dependency) => [dependency.name, { ...dependency, isVital: false }])),
    },
    pingTimeoutMs + 500,
    elapsedMs,
  )
  const warnOfUnnoted = createRareWarning(
    log,
    'SESSION_STORE_UNAVAILABLE',
    'a check of a session could not be noted, and is remembered by this process only; nobody can sign in meanwhile',
    elapsedMs,
  )
  const logins = createLogins(config, stores, sso)
  const handler = createHandler({
    mounts: mounts.map((mount) => ({
      ...{ ...mount, ...warningsOf(logOfMount(log, mount.name)) },
      isSandboxed: createSandboxRule(sandboxOf(config, mount.name), mount.path),
    })),
    ...logins,
    ...createBearer(config, { sso, ssoIssuer: issuer, userAgent }),
    ...createBackchannel(config, issuer, stores.store, logins.sessionIndex, log),
    ...createRenewals(config, stores.store, log, requests?.refreshes),
    limits: limits?.of(config),
    bodyWatch: createBodyWatch(config, logins.sessions, log),
    siteOf: createSiteResolver({
      ...config.server,
      mountHosts: hostsOf(mounts),
      isTls: config.server.tlsCertFile !== undefined,
    }),
    readiness,
    healthcheckKey: config.s3.healthcheckKey,
    maxGuestBodies: config.s3.maxConnections,
    access: createAccess(config.access),
    contact: config.pages.contact,
    tokenCheckIntervalMs: config.sso.tokenCheckIntervalSeconds * 1000,
    log,
    elapsedMs,
    onUnnoted: ({ message }) => warnOfUnnoted(message),
  })
  const watchers = watchersOf(config.log, log)
  const onEnd = watchRequests({
    log,
    ...watchers,
    ...(requests === undefined ? {} : { count: requests.count }),
    ...(trace === undefined ? {} : { trace }),
  })
  const sessions = createOperatorSessions(logins.sessionIndex, log, watchers.maskIdentity)
  return { config, handler, readiness, shared, s3: connections, sessions, onEnd }
}

/** The warnings about objects of one mount, so that those of another one hold none of them back. */
function warningsOf(log: Log): Pick<ServedMount, 'onDenied' | 'onRefused'> {
  return {
    onDenied: createRareWarning(
      log,
      'OBJECT_DENIED',
      'S3 answers AccessDenied: grant s3:ListBucket, and a key that does not exist becomes a 404',
      elapsedMs,
    ),
    onRefused: createRefusalWarnings(log, elapsedMs),
  }
}

/** The rule of a mount, or else that of the server. */
function sandboxOf({ server, mounts }: Config, name: string | undefined): boolean | readonly string[] {
  const own = name === undefined ? undefined : mounts[name]?.sandboxActiveContent
  return own ?? server.sandboxActiveContent
}

/** The bucket of each mount. That of the mount with the health-check object is asked for it. */
function s3Dependencies(
  { s3: { healthcheckKey } }: Config,
  mounts: Objects['mounts'],
): readonly SharedDependency[] {
  return mounts.map((mount) => {
    const key = healthcheckKeyIn(mount, mounts, healthcheckKey)
    return {
      name: mount.name === undefined ? 's3' : `s3.${mount.name}`,
      mount: mount.name,
      timeoutCode: 'S3_TIMEOUT',
      ask: () =>
        pingS3(mount.source, key, pingTimeoutMs).catch((error: unknown) => {
          if (!(error instanceof S3ProxyError)) throw error
          throw new S3ProxyError(error.code, nameOptionsOf(mount.name, error.message), { cause: error })
        }),
    }
  })
}

function watchersOf({ audit, identity, identityHashKey }: Config['log'], log: Log | ProgramLog) {
  const watchers: Omit<RequestWatchers, 'log'> = {}
  if (audit) watchers.audit = createAudit('always' in log ? log.always : log)
  if (identity === 'hashed' && identityHashKey !== undefined)
    watchers.maskIdentity = createIdentityHash(identityHashKey)
  return watchers
}

function pingOf({ sso }: Config, issuer: Issuer | undefined, userAgent: string): Promise<void> {
  return issuer === undefined
    ? pingSso(ssoEndpoints(sso).identity, userAgent, pingTimeoutMs)
    : pingIssuer(issuer, userAgent, pingTimeoutMs)
}
