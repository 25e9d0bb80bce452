import { discoverServer } from './authorization-server.ts'
import type { SsoOptions } from './sign-in-options.ts'
import { ssoFailure } from './sso-failure.ts'
import type { TokenFile } from './token-file.ts'

/** `kept`: the SSO has no way to revoke a token, which it takes until its end. */
export type SignedOut = 'revoked' | 'kept' | 'nobody'

/**
 * Forgets the token of a proxy, and has the SSO revoke it. It is forgotten also where the SSO cannot be asked.
 *
 * @throws where the SSO did not revoke it
 * @see RFC 7009
 */
export function signOut(file: TokenFile, options: SsoOptions): Promise<SignedOut> {
  return file.alone(async () => {
    const record = await file.read()
    await file.remove()
    if (record === undefined) return 'nobody'
    const { issuer, accessToken, refreshToken } = record
    try {
      const { library, configuration, metadata } = await discoverServer(record, options)
      if (metadata.revocation_endpoint === undefined) return 'kept'
      // The refresh token goes first: most servers revoke with it every token of the same grant.
      if (refreshToken !== undefined)
        await library.tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' })
      await library.tokenRevocation(configuration, accessToken, { token_type_hint: 'access_token' })
      return 'revoked'
    } catch (error) {
      const { message } = ssoFailure(error, issuer, 'word that the token is revoked', options.signal)
      throw new Error(`${message}; the token is forgotten here, and valid until its end`, { cause: error })
    }
  })
}
