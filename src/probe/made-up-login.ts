import { callbackPath } from '../http/own-paths.ts'
import type { BegunLogin } from '../sso/sso-client.ts'

/**
 * Makes up a login. Its verifier proves nothing: no SSO knows the code of a login that nobody has begun.
 *
 * @param origins every origin that the proxy is reached at; empty when any host is served
 */
export function madeUpLogin(origins: readonly string[]): BegunLogin {
  const redirectUri = `${origins[0] ?? 'https://assets.example.com'}${callbackPath}`
  return { state: 'probe', codeVerifier: 'p'.repeat(43), redirectUri }
}
