import type { IssuerMetadata } from '../issuer/issuer-metadata.ts'
import type { ClientAuthentication } from './client-authentication.ts'

/**
 * Chooses the way of client authentication at an OpenID provider: the configured one, or the first of `basic` and `post`
 * that its document offers. Without a list of its own, a provider takes `basic` (OpenID Connect Discovery 1.0 section 3).
 */
export function chooseAuthentication(
  {
    token_endpoint_auth_methods_supported: offered = ['client_secret_basic'],
  }: Pick<IssuerMetadata, 'token_endpoint_auth_methods_supported'>,
  { clientAuthentication }: { clientAuthentication?: ClientAuthentication | undefined },
): ClientAuthentication {
  if (clientAuthentication !== undefined) return clientAuthentication
  const isPost = offered.includes('client_secret_post') && !offered.includes('client_secret_basic')
  return isPost ? 'post' : 'basic'
}
