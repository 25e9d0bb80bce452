import type { IssuerMetadata } from '../issuer/issuer-metadata.ts'
import type { OpenidClientOptions } from '../issuer/openid-configuration.ts'
import { assertionFields, type ClientAuthentication, type ClientIdentity } from './client-authentication.ts'

/** The application at an OpenID provider. */
export interface OidcClient extends Omit<ClientIdentity, 'clientAuthentication'> {
  /** The way that is configured. Default: what the SSO offers, `basic` first. */
  clientAuthentication?: ClientAuthentication | undefined
}

/** Makes the way in which the application authenticates: the configured one, or the first of the SSO that takes a secret. */
export function oidcAuthentication(
  { token_endpoint_auth_methods_supported: offered = ['client_secret_basic'] }: IssuerMetadata,
  client: OidcClient,
): OpenidClientOptions['authentication'] {
  const isPost = offered.includes('client_secret_post') && !offered.includes('client_secret_basic')
  const { clientSecret, clientAuthentication = isPost ? 'post' : 'basic' } = client
  return (library) => {
    if (clientAuthentication === 'private_key_jwt')
      return (_server, { client_id }, form) => {
        form.set('client_id', client_id)
        for (const [name, value] of Object.entries(assertionFields({ ...client, clientAuthentication })))
          form.set(name, value)
      }
    if (clientAuthentication === 'none' || clientSecret === undefined) return library.None()
    return clientAuthentication === 'post'
      ? library.ClientSecretPost(clientSecret)
      : library.ClientSecretBasic(clientSecret)
  }
}
