import { discoverServer } from './authorization-server.ts'
import { signInByDevice } from './device-flow.ts'
import { signInByRedirect } from './loopback-flow.ts'
import type { SsoOptions, Wanted } from './sign-in-options.ts'
import { isToken, recordOfAnswer, type TokenRecord } from './token-record.ts'

/**
 * Lets a person sign in: with a code where the SSO has that, with a browser on this machine otherwise.
 *
 * Without `--scope`, OpenID Connect is asked for where the proxy names no scope, and a refresh token where the SSO has a scope
 * for that.
 *
 * @throws where nobody has signed in
 */
export async function signIn(
  wanted: Wanted,
  isScopeGiven: boolean,
  options: SsoOptions,
): Promise<TokenRecord> {
  const server = await discoverServer(wanted, options)
  const { metadata } = server
  const asked = isScopeGiven
    ? wanted
    : { ...wanted, scope: usualScope(wanted.scope, metadata.scopes_supported) }
  const signInBy = metadata.device_authorization_endpoint === undefined ? signInByRedirect : signInByDevice
  const answer = await signInBy(server, asked, options)
  if (!isToken(answer.access_token))
    throw new Error(`the SSO ${wanted.issuer} gives a token that no header takes`)
  return recordOfAnswer(asked, answer, options.now())
}

/** @see OpenID Connect Core 1.0 sections 3.1.2.1 and 11 */
function usualScope(named: string, supported: readonly string[] = []): string {
  const words = named === '' && supported.includes('openid') ? ['openid'] : named.split(' ')
  // Servers refuse the scope, or ignore it, where nobody asks for OpenID Connect.
  const isOffline = words.includes('openid') && supported.includes('offline_access')
  return [...new Set([...words, ...(isOffline ? ['offline_access'] : [])])].join(' ')
}
