/** The application at the SSO, and the way in which it authenticates at the token endpoint. */
export interface ClientIdentity {
  clientId: string
  /**
   * - `post`: the secret in the form
   * - `basic`: the secret in the header (RFC 6749 section 2.3.1)
   * - `none`: only the id, as public clients do
   * - `private_key_jwt`: a signed assertion (RFC 7523)
   */
  clientAuthentication: 'post' | 'basic' | 'none' | 'private_key_jwt'
  /** The secret, for `post` and `basic`. */
  clientSecret?: string | undefined
  /** Makes an assertion for one call, for `private_key_jwt`. */
  clientAssertion?: (() => string) | undefined
}

export type ClientAuthentication = ClientIdentity['clientAuthentication']

/** The fields of the form that hold a new assertion; none where the application authenticates in another way. */
export function assertionFields({ clientAuthentication, clientAssertion }: ClientIdentity) {
  if (clientAuthentication !== 'private_key_jwt' || clientAssertion === undefined) return {}
  return { client_assertion_type: assertionType, client_assertion: clientAssertion() }
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
