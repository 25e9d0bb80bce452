import { backchannelLogoutPath, signedOutPath } from '../http/own-paths.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { IssuerMetadata } from '../issuer/issuer-metadata.ts'
import { type AuthorizeOptions, authorizeAddress } from '../sso/authorize-address.ts'
import type { ClientAuthentication, ClientIdentity } from '../sso/client-authentication.ts'
import { nonceOf } from '../sso/oidc-nonce.ts'
import type { BegunLogin } from '../sso/sso-client.ts'
import { askSso, type SsoQuestion } from './ask-sso.ts'
import { authorizeSteps, probeAuthorize } from './authorize-probe.ts'
import { createClockSkew } from './clock-skew.ts'
import { probeDiscovery } from './discovery-probe.ts'
import { type FeaturesOptions, issuerFeatures } from './issuer-features.ts'
import { judgeKeySet } from './keys-probe.ts'
import { madeUpLogin } from './made-up-login.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'
import { peerOf, reach } from './reach.ts'
import { registerAddresses } from './register-addresses.ts'
import { probeToken } from './token-probe.ts'
import { adviceOnUnreachable } from './unreachable-advice.ts'

export interface IssuerProbeOptions extends FeaturesOptions, AuthorizeOptions {
  issuer: Issuer
  internalUrl?: string | undefined
  client: Omit<ClientIdentity, 'clientAuthentication'>
  /** The way in which the application authenticates at an issuer with this document. */
  authenticationOf(metadata: IssuerMetadata): ClientAuthentication
  /** Every origin that the proxy is reached at; empty when any host is served. */
  origins: string[]
  userAgent: string
  timeoutMs: number
}

const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const
const checkIssuer = 'check sso.issuer: its discovery document names this address'

/** The steps that try what logins need of an OpenID provider, as far as that is possible without a person. */
export function issuerSteps(options: IssuerProbeOptions): ProbeStep[] {
  const { issuer, internalUrl, origins, userAgent, timeoutMs } = options
  const unreachable = adviceOnUnreachable('sso.issuer', internalUrl)
  const { redirectUri, codeVerifier } = madeUpLogin(origins)
  const clock = createClockSkew({
    ...{ peer: 'the SSO', limitMs: 60_000, warningMs: 20_000, now: Date.now },
    because: 'id tokens that begin or end more than a minute off are refused',
    codes: { wrong: 'SSO_ID_TOKEN', missing: 'SSO_BAD_ANSWER' },
    checkAddress: 'have the SSO send the header date, which every web server sends',
  })

  const ask = async (url: string, question: SsoQuestion) => {
    const answer = await askSso(url, { userAgent, checkAddress: unreachable }, question)
    clock.note(answer.date ?? undefined)
    return answer
  }

  const keys = async (signal: AbortSignal): Promise<Finding> => {
    const { jwks_uri: url = '' } = await issuer.metadata()
    return judgeKeySet(await ask(url, { signal }), 'sso.issuer')
  }

  const authorize = async (login: BegunLogin, signal: AbortSignal) => {
    const { authorization_endpoint: page = '' } = await issuer.metadata()
    const url = authorizeAddress(page, login, options, { nonce: nonceOf(codeVerifier) })
    const isRedirectUriKnown = origins.length > 0
    return probeAuthorize(
      { url, redirectUri: login.redirectUri, isRedirectUriKnown, ask, checkAddress: checkIssuer },
      signal,
    )
  }

  const token = async (signal: AbortSignal): Promise<Finding> => {
    const metadata = await issuer.metadata()
    const client = { ...options.client, clientAuthentication: options.authenticationOf(metadata) }
    const { token_endpoint: url = '' } = metadata
    const found = await probeToken(
      { client, redirectUri, codeVerifier, checkAddress: checkIssuer, ask: (question) => ask(url, question) },
      signal,
    )
    return { ...found, message: `${found.message} (client authentication: ${client.clientAuthentication})` }
  }

  const userinfo = async (signal: AbortSignal): Promise<Finding> => {
    const { userinfo_endpoint: url } = await issuer.metadata()
    if (url === undefined) return { message: 'there is none: all claims have to be in the id token' }
    const { status } = await ask(url, { signal })
    const said = `without a token, it answered ${status}`
    if (status === 400 || status === 401 || status === 403) return { message: `${said}, as it should` }
    throw new ProbeFailure(said, `expected 401: ${checkIssuer}`, 'SSO_BAD_ANSWER')
  }

  return [
    {
      name: 'sso.redirect-uri',
      timeoutMs,
      run: async () =>
        registerAddresses(origins, {
          'way back from its logout': signedOutPath,
          'back-channel logout': backchannelLogoutPath,
        }),
    },
    {
      name: 'sso.connect',
      timeoutMs,
      isVital: true,
      adviceWhenLate: unreachable,
      run: (signal) => reach(peerOf(issuer.address), 'sso.issuer and sso.internalUrl', signal, unreachable),
    },
    {
      name: 'sso.discovery',
      timeoutMs,
      isVital: true,
      run: () => probeDiscovery({ issuer, needed, option: 'sso.issuer' }),
    },
    { name: 'sso.keys', timeoutMs, run: keys },
    ...authorizeSteps(origins, timeoutMs, authorize),
    { name: 'sso.token', timeoutMs, run: token },
    { name: 'sso.userinfo', timeoutMs, run: userinfo },
    { name: 'sso.clock', timeoutMs, run: async () => clock.judge() },
    {
      name: 'sso.features',
      timeoutMs,
      run: async () => issuerFeatures(await issuer.metadata(), options),
    },
  ]
}
