import { hash } from 'node:crypto'
import { withQuery } from '../http/with-query.ts'
import type { BegunLogin } from './sso-client.ts'

export interface AuthorizeOptions {
  clientId: string
  scope: string
  /** More of the query, each as `name=value` in plain text. */
  authorizeParameters?: readonly string[] | undefined
}

/** Puts the parameters of a login behind the address of the page where people sign in. */
export function authorizeAddress(
  address: string,
  { state, codeVerifier, redirectUri }: BegunLogin,
  { clientId, scope, authorizeParameters = [] }: AuthorizeOptions,
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    scope,
    state,
    redirect_uri: redirectUri,
    response_type: 'code',
    client_id: clientId,
    code_challenge: hash('sha256', codeVerifier, 'base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  for (const parameter of authorizeParameters) {
    const [name = '', ...value] = parameter.split('=')
    query.append(name, value.join('='))
  }
  // A query of the address itself stays (RFC 6749 section 3.1).
  return withQuery(address, query)
}
