import { assertionFields, type ClientIdentity } from './client-authentication.ts'

/** The credentials of the application in a request to an endpoint of the SSO. */
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

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
