import { S3ProxyError } from '../errors.ts'
import { boundedFetch } from '../http/bounded-fetch.ts'
import { codeOfStatus } from '../http/code-of-status.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import type { Claims } from '../person/person.ts'
import { identityAnswer, parseClaims } from './parse-claims.ts'
import type { Identified } from './sso-calls.ts'

export interface FetchClaimsOptions {
  timeoutMs: number
  userAgent: string
  /** The option to look at, for messages. */
  option: string
  now(): number
}

/**
 * Asks the SSO's page about the user. Redirects are not followed, because the token would go with them.
 *
 * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
 */
export async function fetchClaims(
  url: string,
  accessToken: string,
  options: FetchClaimsOptions,
): Promise<Identified<{ claims: Claims }>> {
  // A token that no header takes was given by no SSO, and fetch would quote it in its error.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) return { kind: 'rejected' }
  const { status, headers, text } = await boundedFetch(
    { url, headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' } },
    { ...options, what: identityAnswer, isRead: (status) => status === 200 },
  )
  if (status === 401 || status === 403) return { kind: 'rejected' }
  if (status !== 200) throw statusError(status, headers, options)
  return { kind: 'known', claims: parseClaims(text, options.option) }
}

function statusError(status: number, headers: Headers, { option, now }: FetchClaimsOptions): S3ProxyError {
  const code = codeOfStatus(status)
  const retryAfterSeconds = parseRetryAfter(headers.get('retry-after') ?? undefined, now())
  const what = `the SSO answered ${status} when asked who a token belongs to`
  const hint = status === 431 ? `${option}; its tokens are larger than the headers that it takes` : option
  return new S3ProxyError(code, code === 'SSO_BUSY' ? what : `${what} (${hint})`, { retryAfterSeconds })
}
