import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { createHttpClient } from '../../../helpers/clients/http-client.ts'
import { signInAt } from '../../../helpers/clients/sign-in.ts'
import { startOidcSso } from '../../../helpers/sso/oidc-sso.ts'

const callback = 'http://127.0.0.1:9/__redirect_from_sso'
const verifier = 'v'.repeat(43)

describe('startOidcSso', () => {
  it('signs in by one page, gives a token for the code, says who it belongs to, and forgets it', async (t) => {
    const { sso, client } = await setUp(t)
    const url = new URL(await signInAt(client, authorizeUrl(sso), { login: 'bob' }))
    assert.equal(url.origin + url.pathname, callback)
    assert.equal(url.searchParams.get('state'), 'the-state')

    const token = await post(client, sso, url.searchParams.get('code') ?? '')
    assert.equal(token.status, 200)
    const headers = { authorization: `Bearer ${JSON.parse(token.text).access_token}` }
    const me = await client.request(`${sso.url}api/v1/user/me/`, { headers })
    assert.deepEqual(JSON.parse(me.text), { sub: 'bob', email: 'bob@example.com' })
    assert.deepEqual(sso.counters, { authorize: 1, token: 1, me: 1 })

    sso.revokeTokens()
    assert.equal((await client.request(`${sso.url}api/v1/user/me/`, { headers })).status, 401)
  })

  it('remembers the browser until its sessions are ended', async (t) => {
    const { sso, client } = await setUp(t)
    await signInAt(client, authorizeUrl(sso))
    const again = await client.request(authorizeUrl(sso))
    assert.match(again.headers.location ?? '', /^http:\/\/127\.0\.0\.1:9\//)
    sso.endSessions()
    const asked = await client.request(authorizeUrl(sso))
    assert.match(asked.headers.location ?? '', /\/sign-in\//)
  })

  it('sends a refusal back as access_denied', async (t) => {
    const { sso, client } = await setUp(t)
    const url = new URL(await signInAt(client, authorizeUrl(sso), { isRefused: true }))
    assert.equal(url.searchParams.get('error'), 'access_denied')
  })

  it('holds callers to PKCE, to the registered callback and to the secret', async (t) => {
    const { sso, client } = await setUp(t)
    const without = new URL(authorizeUrl(sso))
    without.searchParams.delete('code_challenge')
    const refused = new URL(await signInAt(client, without.href))
    assert.equal(refused.searchParams.get('error'), 'invalid_request')

    const foreign = authorizeUrl(sso, 'http://127.0.0.1:8/elsewhere')
    assert.equal((await client.request(foreign)).status, 400)
    sso.allowRedirect('http://127.0.0.1:8/elsewhere')
    assert.equal((await client.request(foreign)).status, 303)

    const url = new URL(await signInAt(client, authorizeUrl(sso)))
    const code = url.searchParams.get('code') ?? ''
    assert.equal((await post(client, sso, code, { client_secret: 'wrong' })).status, 401)
    assert.equal((await post(client, sso, code, { code_verifier: 'w'.repeat(43) })).status, 400)
  })
})

async function setUp(t: TestContext) {
  const sso = await startOidcSso({ redirectUris: [callback] })
  const client = createHttpClient()
  t.after(() => {
    client.close()
    return sso.close()
  })
  return { sso, client }
}

type Sso = Awaited<ReturnType<typeof startOidcSso>>

function authorizeUrl(sso: Sso, redirectUri = callback): string {
  const query = new URLSearchParams({
    scope: sso.scope,
    state: 'the-state',
    redirect_uri: redirectUri,
    response_type: 'code',
    client_id: sso.clientId,
    code_challenge: hash('sha256', verifier, 'base64url'),
    code_challenge_method: 'S256',
  })
  return `${sso.url}o/authorize/?${query}`
}

function post(
  client: ReturnType<typeof createHttpClient>,
  sso: Sso,
  code: string,
  changed: Record<string, string> = {},
) {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    client_id: sso.clientId,
    client_secret: sso.clientSecret,
    code_verifier: verifier,
    ...changed,
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return client.request(`${sso.url}o/token/`, { method: 'POST', headers, body: `${form}` })
}
