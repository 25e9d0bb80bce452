import { type ErrorCode, S3ProxyError } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import { redirect } from '../http/redirect.ts'
import type { Reply } from '../http/reply.ts'
import { retryAfterHeader } from '../http/retry-after.ts'
import type { Site } from '../http/site.ts'
import type { Person } from '../person/person.ts'
import type { Secret } from '../store/sealing.ts'
import type { LoginStep } from '../telemetry/login-step.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { beginLogin, browsersOf, type LoginOptions, siteOfLogin } from './begin-login.ts'
import { errorOfSso, tokenRefused } from './login-failures.ts'
import type { RecalledLogin, WayBack } from './pending-logins.ts'

/** The end of a callback. */
export interface FinishedLogin {
  step: LoginStep
  reply: Reply
  person?: Person
  /** A failure that the operator is to be told. */
  failure?: S3ProxyError
}

/** Bounds two counts: restarts where the browser does not keep our cookie, and tokens that the SSO gave and refuses. */
const maxRestarts = 2

/**
 * Answers the SSO's redirect: with a session for the browser that began the login, and for nobody else.
 *
 * A callback in another browser, or without its cookie, never reaches the token endpoint and does not spend the state.
 * A state is claimed once, and a replay only leads to where the login was to end. The browser that began the login is
 * led to the origin where it began. Other browsers stay where they are, because anybody may begin a login at a host of
 * their choice where no hosts are configured.
 *
 * @param at the site that the callback came to
 * @throws S3ProxyError when the store fails before the login is found
 * @see RFC 6749 sections 4.1.2 and 10.12
 */
export async function finishLogin(
  options: LoginOptions,
  request: ProxyRequest,
  record: RequestRecord,
  at: Site,
): Promise<FinishedLogin> {
  const query = new URLSearchParams(request.query)
  const [code, state, error] = [single(query, 'code'), single(query, 'state'), single(query, 'error')]
  // An empty or repeated issuer is none of the SSO's, which is not the same as no issuer.
  const issuer = query.has('iss') ? (single(query, 'iss') ?? '') : undefined
  const login = state === undefined ? undefined : await options.pending.find(state)
  const site = login === undefined ? at : siteOfLogin(login)
  const sent = browsersOf(options, request, site)
  const recalled = login === undefined ? recall(options, state, sent) : undefined
  const wayBack = login ?? recalled
  const browser = sent.find((secret) => login !== undefined && options.pending.isOf(login, secret))
  const home = (browser === undefined ? at : site).origin + (wayBack?.returnTo ?? '/')
  const hasSession = async () =>
    (await options.sessions.find(request.header('cookie'), site.isSecure)) !== undefined

  function refuse(errorCode: ErrorCode, failure?: S3ProxyError): FinishedLogin {
    const headers = retryAfterHeader(failure?.retryAfterSeconds)
    const reply = errorReply(errorCode, request, record, { startAgain: home, headers })
    return { step: stepOf[errorCode] ?? 'failed', reply, ...(failure && { failure }) }
  }
  async function restart({ returnTo, restarts }: WayBack): Promise<FinishedLogin> {
    return { step: 'restarted', reply: await beginLogin(options, request, site, returnTo, restarts + 1) }
  }

  if (error === 'access_denied') return refuse('LOGIN_DENIED')
  if (error !== undefined && wayBack !== undefined) return refuse('SSO_ERROR', errorOfSso(error))
  if (state === undefined || (code === undefined && error === undefined)) return refuse('CALLBACK_INCOMPLETE')
  if (code === undefined || wayBack === undefined) return refuse('LOGIN_EXPIRED')

  if (login === undefined || browser === undefined) {
    // The page of the SSO was open for too long, or another tab has finished meanwhile.
    if (login === undefined || login.restarts >= maxRestarts) {
      if (await hasSession()) return { step: 'repeated', reply: redirect(home) }
    }
    // A store that loses logins may lose the next one as well. A page that waits for the person begins no circle.
    if (recalled?.isOver === false || wayBack.restarts >= maxRestarts) return refuse('LOGIN_EXPIRED')
    // Tabs that a browser without a cookie opens at once get a cookie each, and the last one stays. Waiting for it lets
    // the next callback bring it, and the tab needs no more restarts than it has.
    if (login?.restarts === 0 && sent.length > 0) await options.waitForOtherTabs()
    return restart(wayBack)
  }

  try {
    const codeVerifier = await options.pending.claim(state, login, browser)
    if (codeVerifier === undefined) return { step: 'repeated', reply: redirect(home) }
    const granted = await options.sso.finish(
      { code, codeVerifier, redirectUri: login.redirectUri, issuer },
      record,
    )
    if (granted.kind === 'rejected') {
      if ((await options.refusedTokens.add(browser, login)) <= maxRestarts)
        return { step: 'restarted', reply: redirect(home) }
      // The link of the page starts again, with all attempts.
      await options.refusedTokens.forget(browser, login)
      return refuse('SSO_FORBADE_CODE', tokenRefused())
    }
    const now = options.now()
    const session = { ...granted.grant, createdAt: now, verifiedAt: now }
    const [cookie] = await Promise.all([
      options.sessions.create(session, site.isSecure),
      options.refusedTokens.forget(browser, login),
    ])
    return { step: 'finished', reply: redirect(home, cookie), person: session.person }
  } catch (failure) {
    if (failure instanceof S3ProxyError && failure.code !== 'INTERNAL') return refuse(failure.code, failure)
    throw failure
  }
}

/** The way back of a login that this browser has begun and the store has forgotten. */
function recall(
  { pending }: LoginOptions,
  state: string | undefined,
  sent: Secret[],
): RecalledLogin | undefined {
  if (state === undefined) return undefined
  for (const secret of sent) {
    const wayBack = pending.recall(state, secret)
    if (wayBack !== undefined) return wayBack
  }
  return undefined
}

const stepOf: { [code in ErrorCode]?: LoginStep } = { LOGIN_EXPIRED: 'expired', LOGIN_DENIED: 'denied' }

/** @returns `undefined` for a parameter that is missing, empty or repeated (RFC 6749 section 3.1) */
function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}
