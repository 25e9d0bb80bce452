import { hash } from 'node:crypto'
import type { AuthorizationCode } from 'simple-oauth2'
import { S3ProxyError } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { fetchIdentity } from './fetch-identity.ts'
import type { SsoClient } from './sso-client.ts'
import { ssoEndpoints } from './sso-endpoints.ts'
import { accessTokenIn, type TokenAnswer } from './token-answer.ts'
import { answerIn, tokenTimeout } from './token-failure.ts'

export interface SsoSettings {
  url: string
  internalUrl?: string | undefined
  clientId: string
  clientSecret: string
  scope: string
  userClaim?: string | undefined
  timeoutMs: number
}

export interface SsoOptions {
  /** What we call ourselves. */
  userAgent: string
  /** Called when the SSO does not name the person whom a token belongs to. */
  onUnnamed?(): void
  now(): number
}

const maxAnswerBytes = 1024 * 1024

/** The SSO of the original, through simple-oauth2, which is loaded with the first login. */
export function createOAuth2Sso(
  settings: SsoSettings,
  { userAgent, onUnnamed = () => {}, now }: SsoOptions,
): SsoClient {
  const endpoints = ssoEndpoints(settings)
  const { tokenHost, tokenPath } = endpoints
  let loaded: Promise<AuthorizationCode> | undefined

  async function load(): Promise<AuthorizationCode> {
    const { AuthorizationCode } = await import('simple-oauth2')
    try {
      return new AuthorizationCode({
        client: { id: settings.clientId, secret: settings.clientSecret },
        auth: { tokenHost, tokenPath },
        options: { authorizationMethod: 'body', bodyFormat: 'form' },
        http: {
          timeout: settings.timeoutMs,
          redirects: 0,
          maxBytes: maxAnswerBytes,
          // JSON whatever the content-type says: the original took it, and there are SSOs that send text/html.
          json: 'force',
          headers: { 'user-agent': userAgent },
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

  return {
    authorizeUrl({ state, codeVerifier, redirectUri }) {
      const query = new URLSearchParams({
        scope: settings.scope,
        state,
        redirect_uri: redirectUri,
        response_type: 'code',
        client_id: settings.clientId,
        code_challenge: hash('sha256', codeVerifier, 'base64url'),
        code_challenge_method: 'S256',
      })
      return `${endpoints.authorize}?${query}`
    },
    async exchangeCode({ code, codeVerifier, redirectUri }) {
      const params = { code, redirect_uri: redirectUri, code_verifier: codeVerifier }
      const asked = (await client())
        .getToken(params as Parameters<AuthorizationCode['getToken']>[0])
        .then<TokenAnswer, TokenAnswer>(
          ({ token }) => ({ status: 200, payload: token }),
          (thrown) => answerIn(thrown, settings.timeoutMs, now()),
        )
      // The library gives head and body a whole timeout each.
      const late = (timeoutMs: number) => Promise.reject(tokenTimeout(timeoutMs))
      return accessTokenIn(await withinDeadline(asked, settings.timeoutMs, late))
    },
    identify: (accessToken) =>
      fetchIdentity(endpoints.identity, accessToken, {
        timeoutMs: settings.timeoutMs,
        maxAnswerBytes,
        userAgent,
        userClaim: settings.userClaim,
        onUnnamed,
        now,
      }),
  }
}
