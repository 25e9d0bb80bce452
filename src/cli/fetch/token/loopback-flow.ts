import type { AuthorizationServer } from './authorization-server.ts'
import { listenForRedirect } from './redirect-listener.ts'
import type { SsoOptions, Wanted } from './sign-in-options.ts'
import { ssoFailure } from './sso-failure.ts'
import type { TokenAnswer } from './token-record.ts'

/** The longest time for a person to sign in. */
const patienceMs = 10 * 60_000

/**
 * Signs in with a browser on this machine, which the SSO leads back to a port that listens here.
 *
 * @see RFC 8252 section 7.3, RFC 7636, RFC 9207
 */
export async function signInByRedirect(
  { library, configuration }: AuthorizationServer,
  { origin, issuer, scope, resource }: Wanted,
  { signal: ending, report }: SsoOptions,
): Promise<TokenAnswer> {
  const verifier = library.randomPKCECodeVerifier()
  const state = library.randomState()
  const words = scope.split(' ')
  const nonce = words.includes('openid') ? library.randomNonce() : undefined
  const aim = resource === undefined ? {} : { resource }
  const late = AbortSignal.timeout(patienceMs)
  const signal = AbortSignal.any([ending, late])
  const listener = await listenForRedirect(state)
  try {
    const address = library.buildAuthorizationUrl(configuration, {
      redirect_uri: listener.redirectUri,
      ...(scope === '' ? {} : { scope }),
      ...(nonce === undefined ? {} : { nonce }),
      // OpenID Connect Core 1.0 section 11 wants consent before it gives such a scope.
      ...(words.includes('offline_access') ? { prompt: 'consent' } : {}),
      ...aim,
      state,
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    report(`sign in to fetch from ${origin}: open this address in a browser on this machine`)
    report(address.href)
    const { url, answer } = await listener.redirected(signal)
    try {
      const token = await library.authorizationCodeGrant(
        configuration,
        url,
        {
          expectedState: state,
          pkceCodeVerifier: verifier,
          ...(nonce === undefined ? {} : { expectedNonce: nonce }),
        },
        aim,
      )
      answer(true)
      return token
    } catch (error) {
      answer(false)
      throw error
    }
  } catch (error) {
    if (late.aborted && !ending.aborted)
      throw new Error('nobody signed in within 10 minutes: run the command again')
    throw ssoFailure(error, issuer, 'token', ending)
  } finally {
    listener.close()
  }
}
