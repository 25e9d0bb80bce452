import type { ClaimPlaces } from '../person/person-from-claims.ts'
import type { ClientIdentity } from './client-authentication.ts'
import { fetchIdentity } from './fetch-identity.ts'
import type { SsoCalls } from './sso-calls.ts'
import type { SsoEndpoints } from './sso-endpoints.ts'
import { createTokenEndpoint } from './token-endpoint.ts'

export interface OAuth2CallsOptions extends ClientIdentity, ClaimPlaces {
  endpoints: Pick<SsoEndpoints, 'token' | 'identity'>
  timeoutMs: number
  userAgent: string
  /** Called when the SSO does not name the person whom a token belongs to. */
  onUnnamed?(): void
  now(): number
}

/** Calls to an SSO that speaks plain OAuth 2.0. */
export function createOAuth2Calls(options: OAuth2CallsOptions): SsoCalls {
  const { token, identity } = options.endpoints
  const { exchangeCode, refresh } = createTokenEndpoint({ ...options, url: token })
  const identityOptions = { onUnnamed() {}, ...options, option: 'sso.url' }
  return {
    exchangeCode,
    refresh,
    identify: (accessToken) => fetchIdentity(identity, accessToken, identityOptions),
  }
}
