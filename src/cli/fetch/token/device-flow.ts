import { noAnswerIn } from '../../../issuer/openid-configuration.ts'
import { escapeForTerminal } from '../../../log/escape.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { parseSecureUrl } from './secure-url.ts'
import type { SsoOptions, Wanted } from './sign-in-options.ts'
import { oauthCodeOf, ssoFailure, statusIn } from './sso-failure.ts'
import type { TokenAnswer } from './token-record.ts'

type Begun = Awaited<ReturnType<AuthorizationServer['library']['initiateDeviceAuthorization']>>

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
/** The pause between two questions where the SSO names none, and the time by which `slow_down` makes it longer. */
const usualPauseMs = 5000
const slowDownMs = 5000
/** Nobody watches a terminal for longer than this. */
const mostLifeMs = 30 * 60_000

/**
 * Signs in with a code that the person enters in a browser on any machine.
 *
 * The proof of PKCE ties the token to this process. An SSO that does not know it there ignores it.
 *
 * @see RFC 8628, RFC 7636
 */
export async function signInByDevice(
  { library, configuration }: AuthorizationServer,
  { origin, issuer, scope, resource }: Wanted,
  options: SsoOptions,
): Promise<TokenAnswer> {
  const { signal, report, now } = options
  const verifier = library.randomPKCECodeVerifier()
  const aim = resource === undefined ? {} : { resource }
  let begun: Begun
  try {
    begun = await library.initiateDeviceAuthorization(configuration, {
      ...(scope === '' ? {} : { scope }),
      ...aim,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
  } catch (error) {
    throw ssoFailure(error, issuer, 'code to sign in with', signal)
  }
  const page = pageIn(begun.verification_uri, options)
  if (page === undefined)
    throw new Error(`the SSO ${issuer} names a page to sign in at that is no https address`)
  report(
    `sign in to fetch from ${origin}: open ${page} and enter the code ${escapeForTerminal(begun.user_code)}`,
  )
  const complete = pageIn(begun.verification_uri_complete, options)
  if (complete !== undefined) report(`or open ${complete}`)

  const endsAt = now() + Math.min(begun.expires_in * 1000, mostLifeMs)
  let pauseMs = begun.interval === undefined ? usualPauseMs : begun.interval * 1000
  for (;;) {
    await options.wait(Math.min(pauseMs, Math.max(0, endsAt - now())), signal)
    try {
      return await library.genericGrantRequest(configuration, deviceGrant, {
        device_code: begun.device_code,
        code_verifier: verifier,
        ...aim,
      })
    } catch (error) {
      const code = oauthCodeOf(error)
      if (code === 'slow_down') pauseMs += slowDownMs
      else if (isPassing(error)) pauseMs *= 2
      else if (code !== 'authorization_pending') throw ssoFailure(error, issuer, 'token', signal)
      if (now() >= endsAt) throw ssoFailure({ error: 'expired_token' }, issuer, 'token', signal)
    }
  }
}

/** The address of a page as it can be shown, in the one spelling of ASCII. */
function pageIn(text: unknown, { allowsLoopback }: SsoOptions): string | undefined {
  return parseSecureUrl(text, allowsLoopback)?.href
}

/** Tells whether the SSO could not be reached for now. Each such failure doubles the pause (RFC 8628 section 3.5). */
function isPassing(error: unknown): boolean {
  const code = noAnswerIn(error)?.code
  return code === 'SSO_UNAVAILABLE' || code === 'SSO_TIMEOUT' || (statusIn(error) ?? 0) >= 500
}
