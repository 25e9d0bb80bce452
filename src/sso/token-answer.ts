import { S3ProxyError } from '../errors.ts'

/** An answer of the token endpoint. */
export interface TokenAnswer {
  status: number
  /** Parsed JSON. Anything else where the body is no JSON. */
  payload: unknown
  retryAfterSeconds?: number | undefined
}

/**
 * Takes the access token out of an answer of the token endpoint.
 *
 * An error code of OAuth counts more than the status, which servers choose differently. Texts of the SSO are not
 * repeated: they may quote what is secret.
 *
 * @throws S3ProxyError `SSO_INVALID_GRANT`, `SSO_REFUSED_CODE`, `SSO_FORBADE_CODE`, `SSO_BUSY`, `SSO_UNAVAILABLE`,
 *   `SSO_BAD_ANSWER`
 * @see RFC 6749 sections 5.1 and 5.2
 */
export function accessTokenIn({ status, payload, retryAfterSeconds }: TokenAnswer): string {
  const { access_token: token, error } = (payload ?? {}) as { access_token?: unknown; error?: unknown }
  const said = oauthErrorCode(error)
  if (status < 300 && said === undefined) {
    if (typeof token === 'string' && /^[\x21-\x7e]{1,8192}$/.test(token)) return token
    throw badToken('gave no usable access_token in JSON (sso.url)')
  }
  const answered = said === undefined ? `${status}` : `${status} ${said}`
  const failure = (code: 'SSO_BUSY' | 'SSO_UNAVAILABLE') =>
    new S3ProxyError(code, `the token endpoint of the SSO answered ${answered}`, { retryAfterSeconds })
  if (status === 429) throw failure('SSO_BUSY')
  if (status >= 500) throw failure('SSO_UNAVAILABLE')
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
  throw badToken(`answered ${answered} (sso.url; redirects are not followed, sso.clientId)`)
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
