import { createHash, randomBytes } from 'node:crypto'
import { createHttpClient } from './http-client.ts'
import { signInAt } from './sign-in.ts'

export interface TokenWish {
  authorizeUrl: string
  tokenUrl: string
  clientId: string
  /** Without it, the client is a public one. */
  clientSecret?: string
  /** One that the SSO knows; nobody listens there. */
  redirectUri: string
  scope: string
  /** The name of the person; `alice` unless given. */
  login?: string
  /** More parameters of both requests, such as `resource`. */
  more?: Record<string, string>
}

/** Gets a token as a program of a person does: by the authorization code grant with PKCE. @returns the answer of the SSO */
export async function getToken(wish: TokenWish): Promise<{ access_token: string; id_token?: string }> {
  const { clientId, clientSecret, redirectUri, more = {} } = wish
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: wish.scope },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...{ code_challenge_method: 'S256', state: 'state-of-a-program', ...more },
  })
  const client = createHttpClient()
  try {
    const callback = await signInAt(client, `${wish.authorizeUrl}?${query}`, { login: wish.login ?? 'alice' })
    const code = new URL(callback).searchParams.get('code') ?? ''
    return await askForToken(wish.tokenUrl, {
      ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
      ...{
        client_id: clientId,
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
        ...more,
      },
    })
  } finally {
    client.close()
  }
}

/** Asks a token endpoint with the fields of a form. */
export async function askForToken(
  tokenUrl: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ access_token: string; id_token?: string }> {
  const response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(fields), headers })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`no token: ${response.status} ${text.slice(0, 500)}`)
  return JSON.parse(text)
}
