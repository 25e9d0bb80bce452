import { clientLeft, type ErrorCode, S3ProxyError, safeMessageOf, safeStackOf } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { HeaderList, Reply } from '../http/reply.ts'
import { type CheckUnderWay, createSessionCheck, type SessionCheck } from '../identity/check-session.ts'
import { isNavigation } from '../identity/is-navigation.ts'
import { readAnswer } from '../identity/legacy-page.ts'
import type { LegacySessions } from '../identity/legacy-session.ts'
import { forgetLegacyCookie } from '../identity/legacy-tokens.ts'
import type { Log } from '../log/log.ts'
import type { ObjectKey } from '../object/key.ts'
import type { ObjectOpener } from '../object/object-source.ts'
import { type ReadOptions, readObject } from '../object/read-object.ts'
import type { IsSandboxed } from '../object/sandbox-rule.ts'
import { createSharedReads } from '../object/shared-reads.ts'
import { guests, type Sharer } from '../s3/fair-shares.ts'
import type { OpenSession } from '../session/sessions.ts'
import { beginLogin, type LoginParts, type Site } from '../sso/begin-login.ts'
import { finishLogin } from '../sso/finish-login.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { logout } from './own/logout.ts'
import type { Readiness, ReadinessReport } from './readiness.ts'
import { route } from './route.ts'
import type { SiteResolver } from './site.ts'
import { timedSso } from './timed-sso.ts'

/** Everything that a request may need. */
export interface HandlerParts extends LoginParts {
  source: ObjectOpener
  siteOf: SiteResolver
  readiness: Readiness
  healthcheckKey: string | undefined
  tokenCheckIntervalMs: number
  isSandboxed: IsSandboxed
  /** Where sessions that the original wrote are accepted. */
  legacySessions?: LegacySessions
  log: Log
  elapsedMs(): number
  onUnnoted?(error: S3ProxyError): void
  onDenied: ReadOptions['onDenied']
  onRefused: ReadOptions['onRefused']
}

/** Answers one request; never rejects. */
export type Handler = (request: ProxyRequest, record: RequestRecord) => Promise<Reply>

export function createHandler(parts: HandlerParts): Handler {
  const isStillValid: SessionCheck = createSessionCheck(parts)
  const sharedReads = createSharedReads(parts.source)

  async function handle(request: ProxyRequest, record: RequestRecord): Promise<Reply> {
    const target = route(request.path, parts.healthcheckKey)
    record.route = target.kind
    const refuse = (code: ErrorCode, headers: HeaderList = []) =>
      errorReply(code, request, record, { headers })

    if (target.kind === 'invalid') return refuse('TARGET_INVALID')
    if ('key' in target) record.key = target.key
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    const { legacySessions } = parts
    const isForm = target.kind === 'logout' || (target.kind === 'continue' && legacySessions !== undefined)
    if (!isReading && !(isForm && request.method === 'POST'))
      return refuse('METHOD_NOT_ALLOWED', ['allow', isForm ? 'GET, HEAD, POST' : 'GET, HEAD'])
    // Platforms probe by address, so these come before the check of the host.
    if (target.kind === 'healthcheck') return readTimed(request, record, target.key, sharedReads, guests)
    if (target.kind === 'livez') return oneWord(200, 'ok')
    if (target.kind === 'readyz') return readyWord(await parts.readiness.check())

    const site = parts.siteOf(request)
    if (site === undefined) return refuse('HOST_MISDIRECTED')
    if (target.kind === 'callback') return callback(request, record, site)
    if (target.kind === 'logout') return logout(parts, request, record, site)
    if (target.kind === 'nothing') return refuse('OBJECT_NOT_FOUND')
    if (target.kind === 'continue') {
      if (legacySessions === undefined) return refuse('OBJECT_NOT_FOUND')
      return continueOrNot(legacySessions, request, record, site)
    }

    const open = await record.timed('sessionMs', parts.sessions.find(request.header('cookie'), site.isSecure))
    if (open !== undefined && (await isValid(open, record))) {
      record.person = open.session.person
      if (target.kind !== 'object') return refuse('OBJECT_NOT_FOUND')
      return readTimed(request, record, target.key, parts.source, sharerOf(open))
    }
    if (!isNavigation(request)) return refuse('LOGIN_REQUIRED')
    const question =
      legacySessions && (await legacySessions.offer(request, site, timedSso(parts.sso, record)))
    if (question !== undefined) {
      record.route = 'continue'
      return question
    }
    return login(request, record, site, request.path + request.query)
  }

  function login(request: ProxyRequest, record: RequestRecord, site: Site, returnTo: string): Promise<Reply> {
    record.route = 'login'
    record.login = 'started'
    return record.timed('sessionMs', beginLogin(parts, request, site, returnTo, 0))
  }

  /** What the person has said to the offer to go on with a session that the original wrote. */
  async function continueOrNot(
    legacySessions: LegacySessions,
    request: ProxyRequest,
    record: RequestRecord,
    site: Site,
  ): Promise<Reply> {
    if (request.method === 'POST') {
      const { reply, person } = await legacySessions.resume(
        request,
        record,
        site,
        timedSso(parts.sso, record),
      )
      record.person = person
      return reply
    }
    if (!isNavigation(request)) return errorReply('LOGIN_REQUIRED', request, record)
    const reply = await login(request, record, site, readAnswer(request.query).returnTo)
    reply.headers.push('set-cookie', forgetLegacyCookie)
    return reply
  }

  function readTimed(
    request: ProxyRequest,
    record: RequestRecord,
    key: ObjectKey,
    source: ObjectOpener,
    sharer: Sharer,
  ): Promise<Reply> {
    return record.timed('s3Ms', readObject(source, request, record, key, parts, sharer))
  }

  /** A session is trusted for a while; then this waits for the SSO, and for the note in the store. */
  function isValid(open: OpenSession, record: RequestRecord): boolean | Promise<boolean> {
    const check = isStillValid(open)
    return check === true || conclude(check, record)
  }

  async function conclude({ answered, isValid }: CheckUnderWay, record: RequestRecord): Promise<boolean> {
    await record.timed('ssoMs', answered)
    return record.timed('sessionMs', isValid)
  }

  async function callback(request: ProxyRequest, record: RequestRecord, site: Site): Promise<Reply> {
    record.login = 'failed'
    const finished = await finishLogin(parts, request, record, site)
    record.person = finished.person
    record.login = finished.step
    if (finished.failure !== undefined) logFailure(parts.log, request, finished.failure)
    return finished.reply
  }

  return async (request, record) => {
    try {
      return await handle(request, record)
    } catch (error) {
      const failure =
        error instanceof S3ProxyError
          ? error
          : new S3ProxyError('INTERNAL', safeMessageOf(error), { cause: error })
      record.s3RequestId = failure.s3RequestId
      // Nobody is there any more to be told, and nothing of what was given up is a failure.
      if (request.signal.aborted) return { status: clientLeft.status, headers: [], body: null }
      logFailure(parts.log, request, failure)
      const { retryAfterSeconds } = failure
      const headers = retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]
      return errorReply(failure.code, request, record, { headers })
    }
  }
}

/** A person with all of their sessions; where the SSO names nobody, the session. */
function sharerOf({ session, secret }: OpenSession): string {
  return session.person.id ?? secret
}

function logFailure(log: Log, request: ProxyRequest, failure: S3ProxyError): void {
  const { code, s3RequestId } = failure
  const fields = { requestId: request.id, code, ...(s3RequestId === undefined ? {} : { s3RequestId }) }
  if (code !== 'INTERNAL') log.warn(fields, failure.message)
  else
    log.error(
      { ...fields, stack: safeStackOf(failure.cause ?? failure) },
      `a fault of ours: ${failure.message}`,
    )
}

/** The reasons are for the admin port. */
function readyWord({ state }: ReadinessReport): Reply {
  return oneWord(state === 'unready' ? 503 : 200, state)
}

function oneWord(status: number, word: string): Reply {
  return {
    status,
    headers: ['content-type', 'text/plain; charset=utf-8', 'cache-control', 'no-store'],
    body: `${word}\n`,
  }
}
