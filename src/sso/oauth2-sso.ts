import { hash } from 'node:crypto'
import type { Identified, SsoCalls, Tokens } from './sso-calls.ts'
import type { Granted, SsoClient } from './sso-client.ts'
import type { SsoEndpoints } from './sso-endpoints.ts'

export interface OAuth2SsoOptions {
  endpoints: Pick<SsoEndpoints, 'authorize' | 'logout'>
  clientId: string
  scope: string
  /** More of the query, each as `name=value` in plain text. */
  authorizeParameters?: readonly string[] | undefined
}

/** An SSO that speaks plain OAuth 2.0: an identity endpoint says who a token belongs to, and whether it is valid. */
export function createOAuth2Sso(calls: SsoCalls, options: OAuth2SsoOptions): SsoClient {
  const { authorize, logout } = options.endpoints
  // The address may have a query of its own, which stays (RFC 6749 section 3.1).
  const prefix = authorize + (authorize.includes('?') ? '&' : '?')
  const more = queryOf(options.authorizeParameters ?? [])
  return {
    begin({ state, codeVerifier, redirectUri }) {
      const query = new URLSearchParams({
        scope: options.scope,
        state,
        redirect_uri: redirectUri,
        response_type: 'code',
        client_id: options.clientId,
        code_challenge: hash('sha256', codeVerifier, 'base64url'),
        code_challenge_method: 'S256',
      })
      return `${prefix}${query}${more}`
    },
    async finish(login, record) {
      const tokens = await record.timed('ssoMs', calls.exchangeCode(login))
      return granted(tokens, await record.timed('ssoMs', calls.identify(tokens.accessToken)))
    },
    async check({ accessToken, person }) {
      return granted({ accessToken }, await calls.identify(accessToken, person))
    },
    async renew(grant) {
      const { refreshToken } = grant
      const refreshed = refreshToken === undefined ? rejected : await calls.refresh(refreshToken)
      if (refreshed.kind === 'rejected') return refreshed
      // The end of the old token says nothing of the new one.
      const before = { ...grant, expiresAt: undefined, renewAt: undefined }
      return { kind: 'known', grant: { ...before, ...refreshed.tokens } }
    },
    end: async () => logout,
  }
}

const rejected = { kind: 'rejected' } as const

function granted(tokens: Tokens, identified: Identified): Granted {
  if (identified.kind === 'rejected') return identified
  return { kind: 'known', grant: { ...tokens, person: identified.person } }
}

/** @returns the parameters as the end of a query; empty where there are none */
function queryOf(parameters: readonly string[]): string {
  const pairs = parameters.map((parameter): [name: string, value: string] => {
    const [name = '', ...value] = parameter.split('=')
    return [name, value.join('=')]
  })
  return pairs.length === 0 ? '' : `&${new URLSearchParams(pairs)}`
}
