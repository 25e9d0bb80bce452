import { isAbsoluteUrl } from '../http/absolute-url.ts'
import type { ClientIdentity } from '../sso/client-authentication.ts'
import type { BegunLogin, SsoClient } from '../sso/sso-client.ts'
import type { SsoAddresses, SsoEndpoints } from '../sso/sso-endpoints.ts'
import { askSso, type SsoQuestion } from './ask-sso.ts'
import { authorizeSteps, probeAuthorize } from './authorize-probe.ts'
import { madeUpLogin } from './made-up-login.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'
import { peerOf, reach } from './reach.ts'
import { registerAddresses } from './register-addresses.ts'
import { ssoBusy } from './sso-busy.ts'
import { probeToken } from './token-probe.ts'
import { adviceOnUnreachable } from './unreachable-advice.ts'

export interface SsoProbeOptions {
  sso: Pick<SsoClient, 'begin'>
  userAgent: string
  endpoints: SsoEndpoints
  /** The addresses in the configuration. */
  addresses: SsoAddresses
  client: ClientIdentity
  /** Every origin that the proxy is reached at; empty when any host is served. */
  origins: string[]
  timeoutMs: number
}

/** The steps that try everything which logins need of the SSO, as far as that is possible without a person. */
export function ssoSteps(options: SsoProbeOptions): ProbeStep[] {
  const { endpoints, timeoutMs, origins } = options
  const { redirectUri, codeVerifier } = madeUpLogin(origins)
  const unreachable = adviceOnUnreachable('sso.url (SSO_URL)', options.addresses.internalUrl)

  const ask = (url: string, question: SsoQuestion) =>
    askSso(url, { userAgent: options.userAgent, checkAddress: unreachable }, question)

  const authorize = async (login: BegunLogin, signal: AbortSignal) =>
    probeAuthorize(
      {
        url: await options.sso.begin(login),
        ...{ redirectUri: login.redirectUri, isRedirectUriKnown: origins.length > 0, ask },
        checkAddress: checkAddress('authorizeUrl', options.addresses),
      },
      signal,
    )

  const token = (signal: AbortSignal) =>
    probeToken(
      {
        client: options.client,
        redirectUri,
        codeVerifier,
        checkAddress: checkAddress('tokenUrl', options.addresses),
        ask: (question) => ask(endpoints.token, question),
      },
      signal,
    )

  const identity = async (signal: AbortSignal): Promise<Finding> => {
    const { status } = await ask(endpoints.identity, { signal })
    const said = `without a token, it answered ${status}`
    if (status === 401 || status === 403) return { message: `${said}, as it should` }
    if (status === 429) throw ssoBusy(said)
    if (status === 404)
      throw new ProbeFailure(said, checkAddress('identityUrl', options.addresses), 'SSO_BAD_ANSWER')
    throw new ProbeFailure(said, 'expected 401 or 403, or sessions cannot be checked', 'SSO_BAD_ANSWER')
  }

  return [
    { name: 'sso.redirect-uri', timeoutMs, run: async () => registerAddresses(origins) },
    {
      name: 'sso.connect',
      timeoutMs,
      isVital: true,
      adviceWhenLate: unreachable,
      run: (signal) => reach(peerOf(endpoints.token), 'sso.url (SSO_URL)', signal, unreachable),
    },
    ...authorizeSteps(origins, timeoutMs, authorize),
    { name: 'sso.token', timeoutMs, run: token },
    { name: 'sso.me', timeoutMs, run: identity },
  ]
}

/** The advice for an address where the SSO has no such page. */
function checkAddress(name: 'authorizeUrl' | 'tokenUrl' | 'identityUrl', addresses: SsoAddresses): string {
  const address = addresses[name]
  return isAbsoluteUrl(address) ? `check sso.${name}` : `check sso.url (SSO_URL): ${address} lies below it`
}
