import { S3ProxyError } from '../errors.ts'
import { boundedFetch } from '../http/bounded-fetch.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { noAnswerIn, openidClient } from '../issuer/openid-configuration.ts'
import { type OidcClient, oidcAuthentication } from './oidc-authentication.ts'

export interface OidcRevocationOptions extends OidcClient {
  issuer: Pick<Issuer, 'metadata'>
  timeoutMs: number
  userAgent: string
}

const what = 'the answer of the revocation endpoint of the SSO'
const option = 'sso.issuer'
const maxAnswerBytes = 64 * 1024

/**
 * Makes the function that takes refresh tokens back. It does nothing where the provider has no endpoint for that.
 *
 * The function throws S3ProxyError when the provider fails or refuses. A token that it does not know is none to take back.
 *
 * @see RFC 7009 section 2
 */
export function createOidcRevocation(
  options: OidcRevocationOptions,
): (refreshToken: string) => Promise<void> {
  const { issuer, clientId, timeoutMs, userAgent } = options
  return async (refreshToken) => {
    const metadata = await issuer.metadata()
    if (metadata.revocation_endpoint === undefined) return
    let status: number | undefined
    const { client, configuration } = await openidClient({
      ...{ metadata, clientId },
      authentication: oidcAuthentication(metadata, options),
      async ask(url, form, headers) {
        const answer = await boundedFetch(
          { url, method: 'POST', headers, body: form.toString() },
          { what, option, timeoutMs, maxAnswerBytes, userAgent },
        )
        status = answer.status
        return new Response(null, { status })
      },
    })
    try {
      await client.tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' })
    } catch (error) {
      throw noAnswerIn(error) ?? refused(status)
    }
  }
}

function refused(status: number | undefined): S3ProxyError {
  const code = status !== undefined && status >= 500 ? 'SSO_UNAVAILABLE' : 'SSO_BAD_ANSWER'
  return new S3ProxyError(
    code,
    `the revocation endpoint of the SSO answered ${status ?? 'nothing'} (${option})`,
  )
}
