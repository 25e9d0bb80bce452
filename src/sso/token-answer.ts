import { S3ProxyError } from '../errors.ts'
import { codeOfStatus } from '../http/code-of-status.ts'
import type { Refreshed, Tokens } from './sso-calls.ts'
import { tokenTimes } from './token-times.ts'

/** An answer of the token endpoint. */
export interface TokenAnswer {
  status: number
  /** Parsed JSON. Anything else where the body is no JSON. */
  payload: unknown
  retryAfterSeconds?: number | undefined
  /** The option to look at. Default: `sso.url`. */
  option?: string
}

/**
 * Takes the tokens out of an answer of the token endpoint.
 *
 * An error code of OAuth counts more than the status, which servers choose differently. Texts of the SSO are not
 * repeated: they may quote what is secret.
 *
 * @param askedAt time of the question, from which the life of a token is counted; milliseconds since 1970
 * @throws S3ProxyError `SSO_INVALID_GRANT`, `SSO_REFUSED_CODE`, `SSO_FORBADE_CODE`, `SSO_BUSY`, `SSO_UNAVAILABLE`,
 *   `SSO_BAD_ANSWER`
 * @see RFC 6749 sections 5.1 and 5.2
 */
export function tokensIn(answer: TokenAnswer, askedAt: number): Tokens {
  const { status, payload, retryAfterSeconds, option = 'sso.url' } = answer
  const said = errorIn(payload)
  if (status < 300 && said === undefined) {
    const { access_token, refresh_token, expires_in } = (payload ?? {}) as Record<string, unknown>
    const times = tokenTimes(expires_in, askedAt)
    if (isToken(access_token))
      return {
        accessToken: access_token,
        ...(isToken(refresh_token) && { refreshToken: refresh_token }),
        ...times,
      }
    throw badToken(`gave no usable access_token in JSON (${option})`)
  }
  const answered = said === undefined ? `${status}` : `${status} ${said}`
  const failure = (code: 'SSO_BUSY' | 'SSO_UNAVAILABLE') =>
    new S3ProxyError(code, `the token endpoint of the SSO answered ${answered}`, { retryAfterSeconds })
  const code = codeOfStatus(status)
  if (code !== 'SSO_BAD_ANSWER') throw failure(code)
  switch (standardError(said)) {
    case 'invalid_grant':
      throw new S3ProxyError('SSO_INVALID_GRANT', `the SSO refused the code: ${answered}`)
    case 'invalid_client':
    case 'unauthorized_client':
      throw new S3ProxyError(
        status === 403 ? 'SSO_FORBADE_CODE' : 'SSO_REFUSED_CODE',
        `the SSO refused the client: ${answered} (sso.clientId, sso.clientSecret, sso.clientAuthentication)`,
      )
    case 'invalid_request':
    case 'invalid_scope':
    case 'unsupported_grant_type':
      throw badToken(`answered ${answered} (the application at the SSO, sso.scope)`)
    case 'server_error':
    case 'temporarily_unavailable':
      throw failure('SSO_UNAVAILABLE')
  }
  if (status === 401)
    throw new S3ProxyError(
      'SSO_REFUSED_CODE',
      `the SSO refused the client: ${answered} (sso.clientId, sso.clientSecret, sso.clientAuthentication)`,
    )
  if (status === 403) throw new S3ProxyError('SSO_FORBADE_CODE', `the SSO refused the client: ${answered}`)
  throw badToken(`answered ${answered} (${option}; redirects are not followed, sso.clientId)`)
}

/**
 * Takes the tokens out of the answer to a refresh token.
 *
 * Servers name a refresh token that they do not take by many codes. Any code that is neither about the application nor
 * about a fault of the server counts as `rejected`: a new login is all that can help.
 *
 * @throws S3ProxyError `SSO_BUSY`, `SSO_UNAVAILABLE`, `SSO_BAD_ANSWER`
 */
export function refreshedIn(answer: TokenAnswer, askedAt: number): Refreshed {
  const said = standardError(errorIn(answer.payload))
  const isOfToken = said !== undefined && !otherFaults.has(said)
  if (isOfToken && answer.status < 500 && answer.status !== 429) return { kind: 'rejected' }
  try {
    return { kind: 'known', tokens: tokensIn(answer, askedAt) }
  } catch (error) {
    const { code, message } = error as S3ProxyError
    // These become 401 and 403 for somebody who signs in. Somebody who is signed in has done nothing wrong.
    if (code !== 'SSO_REFUSED_CODE' && code !== 'SSO_FORBADE_CODE') throw error
    throw new S3ProxyError('SSO_BAD_ANSWER', message)
  }
}

const otherFaults = new Set(['invalid_client', 'server_error', 'temporarily_unavailable'])

/** Takes tokens of 64 KiB: those with many claims are longer than any header that is usual. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,65536}$/.test(value)
}

function errorIn(payload: unknown): string | undefined {
  return oauthErrorCode((payload as { error?: unknown } | null | undefined)?.error)
}

export function badToken(what: string): S3ProxyError {
  return new S3ProxyError('SSO_BAD_ANSWER', `the token endpoint of the SSO ${what}`)
}

/** @returns `undefined` for what cannot be an error code. @see RFC 6749 section 5.2 */
export function oauthErrorCode(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z_]{1,40}$/.test(value) ? value : undefined
}

/**
 * Translates the error codes of GitHub, which answers them with 200, to those of RFC 6749. Any other code stays as it is.
 *
 * @see https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 */
export function standardError(code: string | undefined): string | undefined {
  if (code === 'bad_verification_code') return 'invalid_grant'
  return code === 'incorrect_client_credentials' ? 'invalid_client' : code
}
