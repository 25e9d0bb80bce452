import { S3ProxyError } from '../errors.ts'
import { boundedFetch } from '../http/bounded-fetch.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { type ClaimPlaces, personFromClaims } from '../person/person-from-claims.ts'
import { identityAnswer, parseClaims } from './parse-claims.ts'
import type { Identified } from './sso-calls.ts'

export interface IdentityOptions extends ClaimPlaces {
  timeoutMs: number
  maxAnswerBytes: number
  userAgent: string
  /** Called when an answer has no claim that names anybody. */
  onUnnamed(): void
  now(): number
}

/**
 * Asks the SSO's page about the user. Redirects are not followed, because the token would go with them.
 *
 * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
 */
export async function fetchIdentity(
  url: string,
  accessToken: string,
  options: IdentityOptions,
): Promise<Identified> {
  // A token that no header takes was given by no SSO, and fetch would quote it in its error.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) return { kind: 'rejected' }
  const { status, headers, text } = await boundedFetch(
    { url, headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' } },
    { ...options, what: identityAnswer, option: 'sso.url', isRead: (status) => status === 200 },
  )
  if (status === 401 || status === 403) return { kind: 'rejected' }
  if (status !== 200) throw statusError(status, headers, options.now())
  const claims = parseClaims(text)
  const person = personFromClaims(claims, options)
  if (person.id === undefined) options.onUnnamed()
  return { kind: 'known', person }
}

function statusError(status: number, headers: Headers, nowMs: number): S3ProxyError {
  const code = status === 429 ? 'SSO_BUSY' : status >= 500 ? 'SSO_UNAVAILABLE' : 'SSO_BAD_ANSWER'
  const retryAfterSeconds = parseRetryAfter(headers.get('retry-after') ?? undefined, nowMs)
  const what = `the SSO answered ${status} when asked who a token belongs to`
  return new S3ProxyError(code, code === 'SSO_BUSY' ? what : `${what} (sso.url)`, { retryAfterSeconds })
}
