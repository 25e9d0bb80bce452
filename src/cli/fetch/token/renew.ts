import { discoverServer } from './authorization-server.ts'
import type { SsoOptions } from './sign-in-options.ts'
import { oauthCodeOf, ssoFailure } from './sso-failure.ts'
import { isToken, recordOfAnswer, type TokenRecord } from './token-record.ts'

/**
 * Gets another token with the refresh token.
 *
 * @returns `undefined` where the SSO does not take the refresh token any more
 * @throws where the SSO cannot be asked
 * @see RFC 6749 section 6
 */
export async function renew(record: TokenRecord, options: SsoOptions): Promise<TokenRecord | undefined> {
  const { issuer, refreshToken, resource } = record
  if (refreshToken === undefined) return undefined
  const { library, configuration } = await discoverServer(record, options)
  try {
    const aim = resource === undefined ? {} : { resource }
    const answer = await library.refreshTokenGrant(configuration, refreshToken, aim)
    return isToken(answer.access_token) ? recordOfAnswer(record, answer, options.now()) : undefined
  } catch (error) {
    if (oauthCodeOf(error) === 'invalid_grant') return undefined
    throw ssoFailure(error, issuer, 'other token', options.signal)
  }
}
