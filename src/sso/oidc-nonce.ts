import { hash } from 'node:crypto'

/**
 * Makes the nonce of a login from its PKCE verifier, so that it is kept nowhere. The hash tells nothing of the verifier.
 *
 * @see OpenID Connect Core 1.0 section 15.5.2
 */
export function nonceOf(codeVerifier: string): string {
  return hash('sha256', `nonce ${codeVerifier}`, 'base64url')
}
