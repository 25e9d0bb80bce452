import type { ClientAuthentication, ClientIdentity } from '../sso/client-authentication.ts'

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
