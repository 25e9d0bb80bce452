import type { SsoAnswer, SsoQuestion } from './ask-sso.ts'
import { type Finding, ProbeFailure } from './probe.ts'

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
