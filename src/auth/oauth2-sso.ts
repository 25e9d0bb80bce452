import { hash } from 'node:crypto'
import type { AuthorizationCode } from 'simple-oauth2'
import { messageOf, S3ProxyError } from '../errors.ts'
import { fetchIdentity } from './fetch-identity.ts'
import type { SsoClient } from './sso-client.ts'

export interface SsoSettings {
  url: string
  internalUrl?: string | undefined
  clientId: string
  clientSecret: string
  scope: string
  timeoutMs: number
}

const maxAnswerBytes = 1024 * 1024
const authorizePath = 'o/authorize/'
const tokenPath = 'o/token/'
const identityPath = 'api/v1/user/me/'

/** The SSO of the original, through simple-oauth2, which is loaded with the first login. */
export function createOAuth2Sso(settings: SsoSettings): SsoClient {
  const root = withSlash(settings.url)
  const internalRoot = withSlash(settings.internalUrl ?? settings.url)
  let loaded: Promise<AuthorizationCode> | undefined

  async function load(): Promise<AuthorizationCode> {
    const { AuthorizationCode } = await import('simple-oauth2')
    return new AuthorizationCode({
      client: { id: settings.clientId, secret: settings.clientSecret },
      auth: { tokenHost: internalRoot, tokenPath, authorizeHost: root, authorizePath },
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
      return `${root}${authorizePath}?${query}`
    },
    async exchangeCode({ code, codeVerifier, redirectUri }) {
      loaded ??= load()
      const client = await loaded
      let token: Record<string, unknown>
      try {
        const answer = await client.getToken({
          code,
          redirect_uri: redirectUri,
          code_verifier: codeVerifier,
        } as Parameters<AuthorizationCode['getToken']>[0])
        token = answer.token
      } catch (error) {
        throw tokenError(error, settings.timeoutMs)
      }
      const accessToken = token.access_token
      if (typeof accessToken !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(accessToken)) {
        throw new S3ProxyError(
          'SSO_BAD_ANSWER',
          'the token endpoint of the SSO gave no usable access_token (sso.url)',
        )
      }
      return accessToken
    },
    identify: (accessToken) =>
      fetchIdentity(internalRoot + identityPath, accessToken, {
        timeoutMs: settings.timeoutMs,
        maxAnswerBytes,
      }),
  }
}

/** What simple-oauth2 throws are Boom errors, of which status and body tell what happened. */
function tokenError(thrown: unknown, timeoutMs: number): S3ProxyError {
  const error = thrown as {
    isBoom?: boolean
    output?: { statusCode: number }
    data?: { isResponseError?: boolean; payload?: { error?: unknown } }
  }
  const status = error.output?.statusCode
  // The text of the SSO may repeat what we sent; its error code is enough.
  const said = String(error.data?.payload?.error ?? '')
    .replace(/[^a-z_]/g, '')
    .slice(0, 40)
  if (error.data?.isResponseError !== true) {
    if (status === 504)
      return new S3ProxyError(
        'SSO_TIMEOUT',
        `the token endpoint of the SSO did not answer within ${timeoutMs} ms`,
      )
    if (status === 502)
      return new S3ProxyError(
        'SSO_UNAVAILABLE',
        `the token endpoint of the SSO cannot be reached: ${messageOf(thrown)}`,
      )
    return new S3ProxyError(
      'SSO_BAD_ANSWER',
      'the token endpoint of the SSO gave an answer that is not JSON, or too large',
    )
  }
  if (status === 401)
    return new S3ProxyError(
      'SSO_REFUSED_CODE',
      `the SSO refused the client: 401 ${said} (sso.clientId, sso.clientSecret)`,
    )
  if (status === 403) return new S3ProxyError('SSO_FORBADE_CODE', `the SSO refused the client: 403 ${said}`)
  if (status === 400 && said === 'invalid_grant')
    return new S3ProxyError('SSO_INVALID_GRANT', 'the SSO refused the code: invalid_grant')
  if (status !== undefined && status >= 500)
    return new S3ProxyError('SSO_UNAVAILABLE', `the token endpoint of the SSO answered ${status}`)
  return new S3ProxyError(
    'SSO_BAD_ANSWER',
    `the token endpoint of the SSO answered ${status} ${said} (sso.url, sso.clientId)`,
  )
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
