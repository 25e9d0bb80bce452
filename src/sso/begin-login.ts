import { S3ProxyError } from '../errors.ts'
import { noStore } from '../http/error-reply.ts'
import { callbackPath } from '../http/own-paths.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import { type CookieSettings, cookieNameFor, readCookies, writeCookie } from '../session/cookies.ts'
import type { Sessions } from '../session/sessions.ts'
import { isSecret, newSecret, type Secret } from '../store/sealing.ts'
import type { PendingLogin, PendingLogins } from './pending-logins.ts'
import type { RefusedTokens } from './refused-tokens.ts'
import type { SsoClient } from './sso-client.ts'

/** What logins need. */
export interface LoginParts {
  pending: PendingLogins
  refusedTokens: RefusedTokens
  sessions: Sessions
  sso: SsoClient
  /** Of the cookie that ties logins to a browser. */
  cookie: CookieSettings
  /** Resolves when answers to what a browser asked at once have probably arrived there. */
  settle(): Promise<void>
  now(): number
}

/** Under which origin a request reached us. */
export interface Site {
  /** `https://assets.example.com` */
  origin: string
  isSecure: boolean
}

/** Where a login began. Its cookies go by this site, whatever host and scheme the callback seems to have. */
export function siteOfLogin({ redirectUri }: Pick<PendingLogin, 'redirectUri'>): Site {
  const origin = redirectUri.slice(0, -callbackPath.length)
  return { origin, isSecure: origin.startsWith('https:') }
}

/** A page of the SSO may stay open for so long, and the login still ends where it was to end. */
const cookieMaxAgeSeconds = 86_400

/**
 * Sends a browser to the SSO.
 *
 * All logins of one browser share one cookie, so that tabs opened together all finish, and no number of them
 * fills the cookie header.
 *
 * @param returnTo path and query where the login ends, byte for byte
 * @param restarts how often this login was begun before
 */
export async function beginLogin(
  parts: LoginParts,
  request: ProxyRequest,
  site: Site,
  returnTo: string,
  restarts: number,
): Promise<Reply> {
  const known = browsersOf(parts, request, site)[0]
  const browser = known ?? newSecret()
  const redirectUri = site.origin + callbackPath
  const { state, codeVerifier } = await parts.pending.begin({ returnTo, redirectUri, restarts }, browser)
  const location = await parts.sso.begin({ state, codeVerifier, redirectUri })
  // A browser that sent one keeps it. Set again, it would replace one that another tab got meanwhile, and tabs
  // opened together would take turns in spoiling each other's logins.
  if (known !== undefined) return redirect(location)
  return redirect(location, writeCookie(parts.cookie, browser, cookieMaxAgeSeconds, site.isSecure))
}

/** The secrets of the browser's login cookie: one, unless a neighbouring host has set another. */
export function browsersOf({ cookie }: LoginParts, request: ProxyRequest, site: Site): Secret[] {
  return readCookies(request.header('cookie'), cookieNameFor(cookie.name, site.isSecure)).filter(isSecret)
}

/** A redirect that nothing keeps. @param location absolute, so that a path such as `//host` stays a path */
export function redirect(location: string, ...setCookies: string[]): Reply {
  if (!/^https?:\/\//.test(location)) throw new S3ProxyError('INTERNAL', 'a redirect without an origin')
  const headers = ['location', location, ...noStore]
  for (const cookie of setCookies) headers.push('set-cookie', cookie)
  return { status: 302, headers, body: '' }
}
