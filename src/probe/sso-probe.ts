import { isAbsoluteUrl } from '../http/absolute-url.ts'
import { callbackPath } from '../http/own-paths.ts'
import type { ClientIdentity } from '../sso/client-authentication.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import type { SsoAddresses, SsoEndpoints } from '../sso/sso-endpoints.ts'
import { askSso, type SsoQuestion } from './ask-sso.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'
import { peerOf, reach } from './reach.ts'
import { probeToken } from './token-probe.ts'

export interface SsoProbeOptions {
  sso: Pick<SsoClient, 'begin'>
  userAgent: string
  endpoints: SsoEndpoints
  /** The addresses in the configuration. */
  addresses: SsoAddresses
  client: ClientIdentity
  /** Every redirect URI that the SSO may get; empty when any host is served. */
  redirectUris: string[]
  timeoutMs: number
}

/** A login that nobody has begun, so no SSO knows its code. */
const unknownLogin = { state: 'probe', codeVerifier: 'p'.repeat(43) }

/** The steps that try everything which logins need of the SSO, as far as that is possible without a person. */
export function ssoSteps(options: SsoProbeOptions): ProbeStep[] {
  const { endpoints, timeoutMs } = options
  const redirectUri = options.redirectUris[0] ?? `https://assets.example.com${callbackPath}`

  const ask = (url: string, question: SsoQuestion) => askSso(url, options.userAgent, question)

  const authorize = async (signal: AbortSignal): Promise<Finding> => {
    const url = await options.sso.begin({ ...unknownLogin, redirectUri })
    const { status, location } = await ask(url, { signal })
    if (status === 404)
      throw new ProbeFailure(
        `${endpoints.authorize} answered 404`,
        checkAddress('authorizeUrl', options.addresses),
        'SSO_BAD_ANSWER',
      )
    if (status >= 500)
      throw new ProbeFailure(`${endpoints.authorize} answered ${status}`, 'the SSO has a failure of its own')
    const isRefused = status >= 400 || location?.includes('error=') === true
    if (isRefused && options.redirectUris.length === 0)
      return {
        message: `answered ${status}; not checked: the application, because no redirect URI is known`,
        advice: 'set server.publicUrl',
      }
    if (isRefused)
      throw new ProbeFailure(
        `${endpoints.authorize} refused the login: ${status}`,
        `register ${redirectUri} at the SSO, and check sso.clientId (SSO_CLIENT_ID) and sso.scope`,
        'SSO_ERROR',
      )
    if (location?.startsWith(`${redirectUri}?`) === true)
      return { message: `answered ${status}: the SSO takes ${redirectUri}` }
    return {
      message: `answered ${status}; not checked: redirect URI, scope and PKCE, because the SSO wants somebody to sign in first`,
      advice: `sign in once, and make sure that ${redirectUri} is registered at the SSO`,
    }
  }

  const token = (signal: AbortSignal) =>
    probeToken(
      {
        client: options.client,
        redirectUri,
        codeVerifier: unknownLogin.codeVerifier,
        checkAddress: checkAddress('tokenUrl', options.addresses),
        ask: (question) => ask(endpoints.token, question),
      },
      signal,
    )

  const identity = async (signal: AbortSignal): Promise<Finding> => {
    const { status } = await ask(endpoints.identity, { signal })
    const said = `without a token, it answered ${status}`
    if (status === 401 || status === 403) return { message: `${said}, as it should` }
    if (status === 429)
      throw new ProbeFailure(said, 'the SSO is asked too often: try again later', 'SSO_BUSY')
    if (status === 404)
      throw new ProbeFailure(said, checkAddress('identityUrl', options.addresses), 'SSO_BAD_ANSWER')
    throw new ProbeFailure(said, 'expected 401 or 403, or sessions cannot be checked', 'SSO_BAD_ANSWER')
  }

  const register = async (): Promise<Finding> =>
    options.redirectUris.length > 0
      ? { message: `to be registered at the SSO: ${options.redirectUris.join(', ')}` }
      : {
          message: 'the redirect URI depends on the host that a visitor asks for',
          advice: `set server.publicUrl, and register its origin followed by ${callbackPath} at the SSO`,
        }

  return [
    { name: 'sso.redirect-uri', timeoutMs, run: register },
    {
      name: 'sso.connect',
      timeoutMs,
      isVital: true,
      run: (signal) => reach(peerOf(endpoints.token), 'sso.url (SSO_URL)', signal),
    },
    { name: 'sso.authorize', timeoutMs, run: authorize },
    { name: 'sso.token', timeoutMs, run: token },
    { name: 'sso.me', timeoutMs, run: identity },
  ]
}

/** The advice for an address where the SSO has no such page. */
function checkAddress(name: 'authorizeUrl' | 'tokenUrl' | 'identityUrl', addresses: SsoAddresses): string {
  const address = addresses[name]
  return isAbsoluteUrl(address) ? `check sso.${name}` : `check sso.url (SSO_URL): ${address} lies below it`
}
