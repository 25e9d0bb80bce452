import type { SsoClient } from '../sso/sso-client.ts'
import type { TokenQuestion } from './bearer-check.ts'

/** Asks the identity endpoint of the SSO who a token belongs to. It does not say for whom the token was made. */
export function askIdentity(sso: Pick<SsoClient, 'check'>): TokenQuestion {
  return async (accessToken) => {
    const granted = await sso.check({ accessToken })
    if (granted.kind === 'rejected') return { kind: 'refused', reason: 'the SSO does not take the token' }
    return { kind: 'accepted', person: granted.grant.person }
  }
}
