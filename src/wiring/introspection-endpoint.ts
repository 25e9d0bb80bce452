import type { IntrospectionEndpoint } from '../bearer/introspect.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { chooseAuthentication } from '../sso/choose-authentication.ts'
import { ssoEndpoints } from '../sso/sso-endpoints.ts'
import { clientAssertionOf } from './client-assertion-of.ts'

export interface Issuers {
  /** The issuer of tokens, where it is known. */
  issuer: Issuer | undefined
  /** The issuer of `sso.issuer`. */
  ssoIssuer: Issuer | undefined
}

/** Makes the function that finds the introspection endpoint, where the application is the one that logins have. */
export function introspectionEndpoint(
  { introspectionUrl }: Config['bearer'],
  sso: Config['sso'],
  { issuer, ssoIssuer }: Issuers,
): () => Promise<IntrospectionEndpoint> {
  const audience = ssoIssuer?.name ?? ssoEndpoints(sso).tokenAudience
  const clientAssertion = clientAssertionOf(sso, audience)
  return async () => {
    const url = introspectionUrl ?? (await issuer?.metadata())?.introspection_endpoint
    if (url === undefined)
      throw new S3ProxyError(
        'SSO_BAD_ANSWER',
        'the discovery document of the issuer has no introspection_endpoint (bearer.introspectionUrl)',
      )
    const metadata = sso.clientAuthentication === undefined ? await ssoIssuer?.metadata() : undefined
    const clientAuthentication = chooseAuthentication(metadata ?? {}, sso)
    return { url, client: { ...sso, clientAuthentication, clientAssertion } }
  }
}
