import { callbackPath } from '../http/own-paths.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import { redirect } from '../http/redirect.ts'
import type { Reply } from '../http/reply.ts'
import type { Site } from '../http/site.ts'
import { type CookieSettings, cookieNameFor, readCookies, writeCookie } from '../session/cookies.ts'
import type { Sessions } from '../session/sessions.ts'
import { isSecret, newSecret, type Secret } from '../store/sealing.ts'
import type { PendingLogin, PendingLogins } from './pending-logins.ts'
import type { RefusedTokens } from './refused-tokens.ts'
import type { SsoClient } from './sso-client.ts'

/** All that logins need. */
export interface LoginOptions {
  pending: PendingLogins
  refusedTokens: RefusedTokens
  sessions: Sessions
  sso: SsoClient
  /** Settings of the cookie that ties logins to a browser. */
  cookie: CookieSettings
  /** Resolves when a browser has probably got the answers to requests that it sent at the same moment. */
  waitForOtherTabs(): Promise<void>
  now(): number
}

/** The site where a login began. Its cookies belong to this site, whatever host and scheme the callback has. */
export function siteOfLogin({ redirectUri }: Pick<PendingLogin, 'redirectUri'>): Site {
  const origin = redirectUri.slice(0, -callbackPath.length)
  return { origin, isSecure: origin.startsWith('https:') }
}

/** Time that a page of the SSO may stay open, after which the login still leads to its page. */
const cookieMaxAgeSeconds = 86_400

/**
 * Sends a browser to the SSO.
 *
 * All logins of one browser share one cookie, so that tabs opened together all finish, and no number of them
 * fills the cookie header.
 *
 * @param returnTo path and query where the login ends, byte for byte
 * @param restarts number of times that this login was begun before
 */
export async function beginLogin(
  options: LoginOptions,
  request: ProxyRequest,
  site: Site,
  returnTo: string,
  restarts: number,
): Promise<Reply> {
  const known = browsersOf(options, request, site)[0]
  const browser = known ?? newSecret()
  const redirectUri = site.origin + callbackPath
  const { state, codeVerifier } = await options.pending.begin({ returnTo, redirectUri, restarts }, browser)
  const location = await options.sso.begin({ state, codeVerifier, redirectUri })
  // A browser keeps the cookie that it sent. Setting it again would replace one that another tab got meanwhile, and
  // tabs that were opened together would spoil each other's logins in turns.
  if (known !== undefined) return redirect(location)
  return redirect(location, writeCookie(options.cookie, browser, cookieMaxAgeSeconds, site.isSecure))
}

/** The secrets of the browser's login cookie: one, unless a neighbouring host has set another. */
export function browsersOf({ cookie }: LoginOptions, request: ProxyRequest, site: Site): Secret[] {
  return readCookies(request.header('cookie'), cookieNameFor(cookie.name, site.isSecure)).filter(isSecret)
}
