import { type ErrorCode, S3ProxyError } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { LoginStep } from '../log/log.ts'
import { beginLogin, browsersOf, type LoginParts, redirect, type Site } from './begin-login.ts'

/** How a callback ended, for the log. */
export interface FinishedLogin {
  step: LoginStep
  reply: Reply
  who?: string
  /** What an operator should know of it. */
  failure?: S3ProxyError
}

/** More than this, and the browser does not keep our cookie. */
const maxRestarts = 2

/**
 * Answers the SSO's redirect: with a session for the browser that began the login, and for nobody else.
 *
 * A callback in another browser, or without its cookie, never reaches the token endpoint and does not spend
 * the state; a state is claimed once, and a replay only leads to where the login was to end.
 *
 * @throws S3ProxyError for everything that the SSO or the store fails in
 * @see RFC 6749 sections 4.1.2 and 10.12
 */
export async function finishLogin(
  parts: LoginParts,
  request: ProxyRequest,
  site: Site,
): Promise<FinishedLogin> {
  const query = new URLSearchParams(request.query)
  const [code, state, error] = [single(query, 'code'), single(query, 'state'), single(query, 'error')]
  const login = state === undefined ? undefined : await parts.pending.find(state)
  const refuse = (errorCode: ErrorCode): FinishedLogin => {
    const again = login === undefined ? {} : { startAgain: site.origin + login.returnTo }
    const context = { requestId: request.id, accept: request.header('accept'), ...again }
    return { step: stepOf[errorCode] ?? 'failed', reply: errorReply(errorCode, context) }
  }

  if (error !== undefined) return refuse(error === 'access_denied' ? 'LOGIN_DENIED' : 'SSO_ERROR')
  if (code === undefined || state === undefined) return refuse('CALLBACK_INCOMPLETE')
  if (login === undefined) return refuse('LOGIN_EXPIRED')

  const sent = browsersOf(parts, request, site)
  const browser = sent.find((secret) => parts.pending.isOf(login, secret))
  if (browser === undefined) {
    if (login.restarts >= maxRestarts) {
      // Another tab has finished meanwhile: then this one is where it was to end.
      const open = await parts.sessions.find(request.header('cookie'), site.isSecure)
      if (open !== undefined) return { step: 'repeated', reply: redirect(site.origin + login.returnTo) }
      return refuse('LOGIN_EXPIRED')
    }
    // Tabs that a browser without a cookie opens at once get one each, of which the last stays. It is waited for,
    // so that the next callback brings it and the tab needs no more restarts than it has.
    if (login.restarts === 0 && sent.length > 0) await parts.settle()
    const reply = await beginLogin(parts, request, site, login.returnTo, login.restarts + 1)
    return { step: 'restarted', reply }
  }
  const codeVerifier = await parts.pending.claim(state, login, browser)
  if (codeVerifier === undefined) {
    return { step: 'repeated', reply: redirect(site.origin + login.returnTo) }
  }

  try {
    const accessToken = await parts.sso.exchangeCode({ code, codeVerifier, redirectUri: login.redirectUri })
    const identity = await parts.sso.identify(accessToken)
    if (identity.kind === 'rejected') {
      throw new S3ProxyError(
        'SSO_FORBADE_CODE',
        'the SSO does not say who the user is: is sso.scope enough for its page about the user?',
      )
    }
    const now = parts.now()
    const session = { accessToken, who: identity.who, createdAt: now, verifiedAt: now }
    const cookie = await parts.sessions.create(session, site.isSecure)
    return { step: 'finished', reply: redirect(site.origin + login.returnTo, cookie), who: identity.who }
  } catch (failure) {
    if (failure instanceof S3ProxyError && restartable.has(failure.code))
      return { ...refuse(failure.code), failure }
    throw failure
  }
}

const stepOf: { [code in ErrorCode]?: LoginStep } = { LOGIN_EXPIRED: 'expired', LOGIN_DENIED: 'denied' }

/** Failures after which the visitor may begin anew. */
const restartable = new Set<ErrorCode>([
  'SSO_INVALID_GRANT',
  'SSO_UNAVAILABLE',
  'SSO_TIMEOUT',
  'SSO_BAD_ANSWER',
])

/** @returns `undefined` for a parameter that is missing, empty or repeated (RFC 6749 section 3.1) */
function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}
