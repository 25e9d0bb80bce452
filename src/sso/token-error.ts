import { messageOf, S3ProxyError } from '../errors.ts'

/**
 * What a failed request for a token means. simple-oauth2 throws Boom errors, of two kinds: the SSO answered with
 * an error, or there is no answer that can be used.
 *
 * Texts of the SSO are not repeated, nor those of a JSON parser: both may quote what is secret.
 */
export function tokenError(thrown: unknown, timeoutMs: number): S3ProxyError {
  const { output, data, message } = thrown as {
    message?: string
    output?: { statusCode: number }
    data?: {
      isResponseError?: boolean
      payload?: { error?: unknown } | null
      res?: { statusCode?: number; destroy?(): void }
    }
  }
  // Nobody reads the rest of an answer that was given up.
  if (data?.isResponseError !== true) data?.res?.destroy?.()
  const status = data?.res?.statusCode
  if (output?.statusCode === 504 || output?.statusCode === 408) return tokenTimeout(timeoutMs)
  if (status === undefined) {
    if (message?.startsWith('Client request error') !== true) return badToken('gave no usable answer')
    return new S3ProxyError(
      'SSO_UNAVAILABLE',
      `the token endpoint of the SSO cannot be reached (sso.url): ${messageOf(thrown)}${codeOf(thrown)}`,
    )
  }
  const said = errorCodeIn(data?.payload)
  if (status === 401)
    return new S3ProxyError(
      'SSO_REFUSED_CODE',
      `the SSO refused the client: 401 ${said}(sso.clientId, sso.clientSecret)`,
    )
  if (status === 403) return new S3ProxyError('SSO_FORBADE_CODE', `the SSO refused the client: 403 ${said}`)
  if (status === 400 && said === 'invalid_grant ')
    return new S3ProxyError('SSO_INVALID_GRANT', 'the SSO refused the code: invalid_grant')
  if (status >= 500)
    return new S3ProxyError('SSO_UNAVAILABLE', `the token endpoint of the SSO answered ${status}`)
  if (status >= 300)
    return badToken(`answered ${status} ${said}(sso.url; redirects are not followed, sso.clientId)`)
  return badToken('gave an answer that is cut, too large or not JSON (sso.url)')
}

/** Errors about every address of a host have a code, and no message. */
function codeOf(thrown: unknown): string {
  const { code } = thrown as { code?: unknown }
  return thrown instanceof AggregateError && typeof code === 'string' ? `: ${code}` : ''
}

export function tokenTimeout(timeoutMs: number): S3ProxyError {
  return new S3ProxyError(
    'SSO_TIMEOUT',
    `the token endpoint of the SSO did not answer within ${timeoutMs} ms`,
  )
}

function badToken(what: string): S3ProxyError {
  return new S3ProxyError('SSO_BAD_ANSWER', `the token endpoint of the SSO ${what}`)
}

/** @returns with a space behind it, or empty. @see RFC 6749 section 5.2 */
function errorCodeIn(payload: { error?: unknown } | null | undefined): string {
  const code = payload?.error
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? `${code} ` : ''
}
