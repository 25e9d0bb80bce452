import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import type { TokenQuestion } from './bearer-check.ts'

/**
 * Asks the identity endpoint of the SSO who a token belongs to. It does not say for whom the token was made.
 *
 * @param issuer the SSO, where it is an OpenID provider, whose identity endpoint is userinfo
 * @throws S3ProxyError `SSO_BAD_ANSWER` where the provider has no userinfo
 */
export function askIdentity(
  sso: Pick<SsoClient, 'check'>,
  issuer: Pick<Issuer, 'metadata'> | undefined,
): TokenQuestion {
  return async (accessToken) => {
    if (issuer !== undefined && (await issuer.metadata()).userinfo_endpoint === undefined)
      throw withoutUserinfo()
    const granted = await sso.check({ accessToken })
    if (granted.kind === 'rejected') return { kind: 'refused', reason: 'the SSO does not take the token' }
    return { kind: 'accepted', person: granted.grant.person }
  }
}

function withoutUserinfo(): S3ProxyError {
  return new S3ProxyError(
    'SSO_BAD_ANSWER',
    'the discovery document of the SSO has no userinfo_endpoint, which bearer.accept identity asks',
  )
}
