import { networkReason } from '../errors.ts'
import { isAbsoluteUrl } from '../http/absolute-url.ts'
import { callbackPath } from '../http/own-paths.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import type { SsoAddresses, SsoEndpoints } from '../sso/sso-endpoints.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'
import { peerOf, reach } from './reach.ts'

export interface SsoProbeOptions {
  sso: Pick<SsoClient, 'begin'>
  userAgent: string
  endpoints: SsoEndpoints
  /** The addresses as the configuration has them. */
  addresses: SsoAddresses
  clientId: string
  clientSecret: string
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

  const ask = (url: string, init: RequestInit) => askSso(url, options.userAgent, init)

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

  const token = async (signal: AbortSignal): Promise<Finding> => {
    const form = {
      grant_type: 'authorization_code',
      code: 's3proxy-probe',
      redirect_uri: redirectUri,
      client_id: options.clientId,
      client_secret: options.clientSecret,
      code_verifier: unknownLogin.codeVerifier,
    }
    const { status, error } = await ask(endpoints.token, {
      signal,
      method: 'POST',
      body: new URLSearchParams(form),
    })
    const said = `a wrong code was answered ${status}${error === undefined ? '' : ` ${error}`}`
    if (error === 'invalid_grant' && status < 500) return { message: `${said}, as it should` }
    if (status === 401 || error === 'invalid_client' || error === 'unauthorized_client')
      throw new ProbeFailure(
        said,
        'check sso.clientId and sso.clientSecret (SSO_CLIENT_ID, SSO_CLIENT_SECRET)',
        'SSO_REFUSED_CODE',
      )
    if (status === 429)
      throw new ProbeFailure(said, 'the SSO is asked too often: try again later', 'SSO_BUSY')
    if (status === 400 || status === 403)
      return {
        message: `${said}, as it should`,
        advice:
          'not checked: whether the SSO knows sso.clientSecret, because its answer has no error code that tells',
      }
    if (status === 404)
      throw new ProbeFailure(said, checkAddress('tokenUrl', options.addresses), 'SSO_BAD_ANSWER')
    throw new ProbeFailure(
      said,
      'expected 400: is this the token endpoint of an OAuth 2.0 server?',
      'SSO_BAD_ANSWER',
    )
  }

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

interface SsoAnswer {
  status: number
  location: string | null
  /** The error code of RFC 6749 section 5.2, where the answer has one. */
  error: string | undefined
}

const maxAnswerCharacters = 65_536

async function askSso(url: string, userAgent: string, init: RequestInit): Promise<SsoAnswer> {
  const headers = { accept: 'application/json, text/html', 'user-agent': userAgent }
  let response: Response
  let text: string
  try {
    response = await fetch(url, { ...init, redirect: 'manual', headers })
    text = await firstText(response)
  } catch (error) {
    const reason = networkReason((error as { cause?: unknown }).cause ?? error)
    throw new ProbeFailure(`cannot be asked: ${reason}`, 'check sso.url (SSO_URL) and sso.internalUrl')
  }
  // Only the error code is used: the rest of the answer may repeat what the probe sent.
  const error = /^\s*\{[\s\S]*"error"\s*:\s*"([a-z_]{1,40})"/.exec(text)?.[1]
  return { status: response.status, location: response.headers.get('location'), error }
}

/** Reads the beginning of a body, whatever its content-type. */
async function firstText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > maxAnswerCharacters) break
  }
  return text
}
