import { hash } from 'node:crypto'
import type { AuthorizationCode } from 'simple-oauth2'
import { S3ProxyError } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { fetchIdentity } from './fetch-identity.ts'
import type { SsoClient } from './sso-client.ts'
import { ssoEndpoints } from './sso-endpoints.ts'
import { tokenError, tokenTimeout } from './token-error.ts'

export interface SsoSettings {
  url: string
  internalUrl?: string | undefined
  clientId: string
  clientSecret: string
  scope: string
  userClaim?: string | undefined
  timeoutMs: number
}

const maxAnswerBytes = 1024 * 1024

/** The SSO of the original, through simple-oauth2, which is loaded with the first login. */
export function createOAuth2Sso(settings: SsoSettings): SsoClient {
  const endpoints = ssoEndpoints(settings)
  const { tokenHost, tokenPath, authorizeHost, authorizePath } = endpoints
  let loaded: Promise<AuthorizationCode> | undefined

  async function load(): Promise<AuthorizationCode> {
    const { AuthorizationCode } = await import('simple-oauth2')
    return new AuthorizationCode({
      client: { id: settings.clientId, secret: settings.clientSecret },
      auth: { tokenHost, tokenPath, authorizeHost, authorizePath },
      options: { authorizationMethod: 'body', bodyFormat: 'form' },
      http: { timeout: settings.timeoutMs, redirects: false, maxBytes: maxAnswerBytes },
    })
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
      loaded ??= load().catch((error) => {
        loaded = undefined
        throw error
      })
      const client = await loaded
      const params = { code, redirect_uri: redirectUri, code_verifier: codeVerifier }
      const asked = client.getToken(params as Parameters<AuthorizationCode['getToken']>[0]).catch((error) => {
        throw tokenError(error, settings.timeoutMs)
      })
      // The library gives head and body a whole timeout each.
      const answer = await withinDeadline(asked, settings.timeoutMs, tokenTimeout)
      const accessToken = answer.token.access_token
      if (typeof accessToken !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(accessToken)) {
        throw new S3ProxyError(
          'SSO_BAD_ANSWER',
          'the token endpoint of the SSO gave no usable access_token (sso.url)',
        )
      }
      return accessToken
    },
    identify: (accessToken) =>
      fetchIdentity(endpoints.identity, accessToken, {
        timeoutMs: settings.timeoutMs,
        maxAnswerBytes,
        userClaim: settings.userClaim,
      }),
  }
}
