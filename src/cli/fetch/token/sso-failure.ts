import { noAnswerIn } from '../../../issuer/openid-configuration.ts'

/** Advice for the codes of errors that a person or an operator can do something about. */
const advice: Readonly<Record<string, string>> = {
  access_denied: 'the sign in was refused',
  expired_token: 'nobody entered the code in time: run the command again',
  invalid_client:
    'the SSO has to know the client as a public one, without a secret (bearer.terminalClientId of the proxy, or --client-id)',
  unauthorized_client: 'the SSO has to allow the client this way of signing in',
  invalid_scope: 'the SSO does not give the client this scope (--scope)',
  invalid_target: 'the SSO does not know the proxy as a resource',
  // Keycloak's answer to `offline_access` of a person without that role.
  not_allowed:
    'the SSO allows this person no refresh token that outlives the session: leave offline_access out, as in --scope openid',
  invalid_grant: 'the SSO does not take it any more: run the command again',
}

/** An error of the library, of which the SSO has told the reason by a code. */
interface CodedError {
  error?: unknown
  code?: unknown
  cause?: unknown
}

/**
 * Describes a failure of a conversation with the SSO in one line. It has codes and addresses, and no other text of the
 * SSO, which may hold secrets.
 *
 * @param what the thing that the SSO was asked for
 * @param signal the reason of an ended command goes before everything else
 */
export function ssoFailure(error: unknown, issuer: string, what: string, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason
  const noAnswer = noAnswerIn(error)
  if (noAnswer !== undefined) return noAnswer
  return new Error(`the SSO ${issuer} gives no ${what}: ${reasonOf(error)}`, { cause: error })
}

/** The code by which the SSO refuses something, such as `invalid_grant`. @see RFC 6749 section 5.2 */
export function oauthCodeOf(error: unknown): string | undefined {
  const { error: code } = (error ?? {}) as CodedError
  return typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? code : undefined
}

/** The status of an answer that does not fit the standard. */
export function statusIn(error: unknown): number | undefined {
  const { cause } = (error ?? {}) as CodedError
  return cause instanceof Response ? cause.status : undefined
}

function reasonOf(error: unknown): string {
  const refused = oauthCodeOf(error)
  if (refused !== undefined) return advice[refused] === undefined ? refused : `${refused}: ${advice[refused]}`
  const { code } = (error ?? {}) as CodedError
  switch (code) {
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return `it answers ${statusIn(error) ?? 'with another status'}`
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
    case 'OAUTH_PARSE_ERROR':
      return 'its answer is no JSON'
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      return `invalid_client: ${advice.invalid_client}`
    default:
      return `its answer does not fit the standard (${typeof code === 'string' ? code : 'no code'})`
  }
}
