import type { BegunLogin } from '../sso/sso-client.ts'
import type { SsoAnswer, SsoQuestion } from './ask-sso.ts'
import { madeUpLogin } from './made-up-login.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'

export interface AuthorizeProbeOptions {
  /** Where a login leads to that nobody has begun. */
  url: string
  redirectUri: string
  /** Whether the SSO gets this redirect URI, and not one for the sake of the probe. */
  isRedirectUriKnown: boolean
  /** The advice where the SSO has no such address. */
  checkAddress: string
  ask(url: string, question: SsoQuestion): Promise<Pick<SsoAnswer, 'status' | 'location'>>
}

/**
 * Makes a step for each origin, because the SSO may know the redirect URI of one and not that of another.
 *
 * @param origins every origin that the proxy is reached at; the step of the first one has no host in its name
 */
export function authorizeSteps(
  origins: readonly string[],
  timeoutMs: number,
  probe: (login: BegunLogin, signal: AbortSignal) => Promise<Finding>,
): ProbeStep[] {
  const step = (name: string, own: readonly string[]): ProbeStep => {
    const login = madeUpLogin(own)
    return { name, timeoutMs, run: (signal) => probe(login, signal) }
  }
  return [
    step('sso.authorize', origins.slice(0, 1)),
    ...origins.slice(1).map((origin) => step(`sso.authorize.${new URL(origin).host}`, [origin])),
  ]
}

/** Asks for the page where people sign in, as a browser does when a login begins. */
export async function probeAuthorize(options: AuthorizeProbeOptions, signal: AbortSignal): Promise<Finding> {
  const { url, redirectUri, isRedirectUriKnown } = options
  const page = url.split('?')[0] ?? ''
  const { status, location } = await options.ask(url, { signal })
  if (status === 404) throw new ProbeFailure(`${page} answered 404`, options.checkAddress, 'SSO_BAD_ANSWER')
  if (status >= 500) throw new ProbeFailure(`${page} answered ${status}`, 'the SSO has a failure of its own')
  const isRefused = status >= 400 || location?.includes('error=') === true
  if (isRefused && !isRedirectUriKnown)
    return {
      message: `answered ${status}; not checked: the application, because no redirect URI is known`,
      advice: 'set server.publicUrl',
    }
  if (isRefused)
    throw new ProbeFailure(
      `${page} refused the login: ${status}`,
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
