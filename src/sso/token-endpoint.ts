import type { AccessToken, AuthorizationCode } from 'simple-oauth2'
import { S3ProxyError } from '../errors.ts'
import { usualMaxAnswerBytes } from '../http/bounded-fetch.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { assertionFields, type ClientIdentity } from './client-authentication.ts'
import type { SsoCalls } from './sso-calls.ts'
import { refreshedIn, type TokenAnswer, tokensIn } from './token-answer.ts'
import { answerIn, tokenTimeout } from './token-failure.ts'

export interface TokenEndpointOptions extends ClientIdentity {
  /** The address of the token endpoint, as this server reaches it. */
  url: string
  timeoutMs: number
  userAgent: string
  now(): number
}

/** Asks the token endpoint of an OAuth 2.0 server through simple-oauth2, which is loaded with the first login. */
export function createTokenEndpoint(
  options: TokenEndpointOptions,
): Pick<SsoCalls, 'exchangeCode' | 'refresh'> {
  const { timeoutMs } = options
  const isBasic = options.clientAuthentication === 'basic'
  let loaded: Promise<AuthorizationCode> | undefined

  async function load(): Promise<AuthorizationCode> {
    const { AuthorizationCode } = await import('simple-oauth2')
    try {
      return new AuthorizationCode({
        client: clientOf(options),
        // The library resolves the path against the host, and a whole URL stays as it is.
        auth: { tokenHost: options.url, tokenPath: options.url },
        options: { authorizationMethod: isBasic ? 'header' : 'body', bodyFormat: 'form' },
        http: {
          timeout: timeoutMs,
          redirects: 0,
          maxBytes: usualMaxAnswerBytes,
          // Some SSOs send JSON as text/html, and the original took it.
          json: 'force',
          headers: { 'user-agent': options.userAgent },
        },
      })
    } catch {
      // The error of the library quotes the secret.
      throw new S3ProxyError(
        'SSO_REFUSED_CODE',
        'sso.clientId or sso.clientSecret has a character that is not printable ASCII (RFC 6749 appendix A)',
      )
    }
  }

  function client(): Promise<AuthorizationCode> {
    loaded ??= load().catch((error) => {
      loaded = undefined
      throw error
    })
    return loaded
  }

  function answerTo(asked: Promise<{ token: unknown }>): Promise<TokenAnswer> {
    const answer = asked.then<TokenAnswer, TokenAnswer>(
      ({ token }) => ({ status: 200, payload: token }),
      (thrown) => answerIn(thrown, timeoutMs, options.now()),
    )
    // The library gives head and body a whole timeout each.
    return withinDeadline(answer, timeoutMs, () => Promise.reject(tokenTimeout(timeoutMs)))
  }

  return {
    async exchangeCode({ code, codeVerifier, redirectUri }) {
      const params = {
        ...assertionFields(options),
        ...{ code, redirect_uri: redirectUri, code_verifier: codeVerifier },
      }
      const library = await client()
      const askedAt = options.now()
      const asked = library.getToken(params as Parameters<AuthorizationCode['getToken']>[0])
      return tokensIn(await answerTo(asked), askedAt)
    },
    async refresh(refreshToken) {
      const library = await client()
      const askedAt = options.now()
      const token = library.createToken({ refresh_token: refreshToken })
      const asked = token.refresh(assertionFields(options) as Parameters<AccessToken['refresh']>[0])
      return refreshedIn(await answerTo(asked), askedAt)
    },
  }
}

/**
 * Describes the application to simple-oauth2, which always sends a field for the secret. Without a secret, that field
 * gets the name and the value of the id, and both together are one field of the form.
 */
function clientOf({ clientId: id, clientSecret, clientAuthentication }: ClientIdentity) {
  const hasSecret = clientAuthentication === 'post' || clientAuthentication === 'basic'
  if (hasSecret && clientSecret !== undefined) return { id, secret: clientSecret }
  return { id, secret: id, secretParamName: 'client_id' }
}
