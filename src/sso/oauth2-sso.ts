import { type AuthorizeOptions, authorizeAddress } from './authorize-address.ts'
import type { Identified, SsoCalls, Tokens } from './sso-calls.ts'
import type { Granted, SsoClient } from './sso-client.ts'
import type { SsoEndpoints } from './sso-endpoints.ts'

export interface OAuth2SsoOptions extends AuthorizeOptions {
  endpoints: Pick<SsoEndpoints, 'authorize' | 'logout'>
}

/** An SSO that speaks plain OAuth 2.0: an identity endpoint says who a token belongs to, and whether it is valid. */
export function createOAuth2Sso(calls: SsoCalls, options: OAuth2SsoOptions): SsoClient {
  const { authorize, logout } = options.endpoints
  return {
    begin: (login) => authorizeAddress(authorize, login, options),
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
