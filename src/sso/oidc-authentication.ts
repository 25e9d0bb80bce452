import type { IssuerMetadata } from '../issuer/issuer-metadata.ts'
import type { OpenidClientOptions } from '../issuer/openid-configuration.ts'
import { chooseAuthentication } from './choose-authentication.ts'
import { assertionFields, type ClientAuthentication, type ClientIdentity } from './client-authentication.ts'

/** The application at an OpenID provider. */
export interface OidcClient extends Omit<ClientIdentity, 'clientAuthentication'> {
  /** The way that is configured. Default: what the SSO offers, `basic` first. */
  clientAuthentication?: ClientAuthentication | undefined
}

/** Makes the way in which the application authenticates: the configured one, or the first of the SSO that takes a secret. */
export function oidcAuthentication(
  metadata: IssuerMetadata,
  client: OidcClient,
): OpenidClientOptions['authentication'] {
  const { clientSecret } = client
  const clientAuthentication = chooseAuthentication(metadata, client)
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
