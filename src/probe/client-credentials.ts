import {
  assertionFields,
  type ClientAuthentication,
  type ClientIdentity,
} from '../sso/client-authentication.ts'

/** The credentials of the application in a request to the token endpoint. */
export interface ClientCredentials {
  fields: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string>>
}

/** Makes the credentials of the application. @see RFC 6749 section 2.3.1, RFC 7523 section 2.2 */
export function clientCredentials(client: ClientIdentity): ClientCredentials {
  const { clientId, clientSecret = '', clientAuthentication } = client
  if (clientAuthentication === 'basic') {
    const pair = `${formEncode(clientId)}:${formEncode(clientSecret)}`
    return { fields: {}, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
  }
  const secret = clientAuthentication === 'post' ? { client_secret: clientSecret } : {}
  return { fields: { client_id: clientId, ...secret, ...assertionFields(client) }, headers: {} }
}

/** The other ways of client authentication that the configuration has everything for. */
export function otherAuthentications(client: ClientIdentity): ClientAuthentication[] {
  const { clientSecret, clientAssertion, clientAuthentication } = client
  const possible: ClientAuthentication[] = [
    ...(clientSecret === undefined ? [] : (['post', 'basic'] as const)),
    ...(clientAssertion === undefined ? [] : (['private_key_jwt'] as const)),
    'none',
  ]
  return possible.filter((other) => other !== clientAuthentication)
}

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
