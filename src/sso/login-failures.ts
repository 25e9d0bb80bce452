import { S3ProxyError } from '../errors.ts'
import { oauthErrorCode } from './token-answer.ts'

/** The failure of a login that the SSO ended with an error. Its text is not repeated: anybody may have written it. */
export function errorOfSso(error: string): S3ProxyError {
  const known = oauthErrorCode(error)
  const said = known === undefined ? 'an error that is no code of OAuth' : `the error ${known}`
  return new S3ProxyError(
    'SSO_ERROR',
    `the SSO ended a login with ${said} (sso.clientId, sso.scope, and the application at the SSO)`,
  )
}

/** The failure of a login whose token the SSO has given and refuses. */
export function tokenRefused(): S3ProxyError {
  return new S3ProxyError(
    'SSO_FORBADE_CODE',
    'the SSO gives tokens and refuses them when asked who the user is: is sso.scope enough for its page about the user?',
  )
}
