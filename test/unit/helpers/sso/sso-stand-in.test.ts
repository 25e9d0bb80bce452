import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import type { SsoStandIn, SsoStandInOptions } from '../../../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../../../helpers/sso/stand-in/start-sso-stand-in.ts'

const redirectUri = 'http://127.0.0.1:1/__redirect_from_sso'
const verifier = 'v'.repeat(43)

describe('startSsoStandIn', () => {
  it('gives a code, a token for it, and says whose token it is', async (t) => {
    const sso = await start(t)
    const code = await authorize(sso)
    const answer = await exchange(sso, code)
    assert.equal(answer.status, 200)
    const { access_token: token } = (await answer.json()) as { access_token: string }
    assert.equal((await me(sso, token)).status, 200)
    sso.revoke(token)
    assert.equal((await me(sso, token)).status, 401)
    assert.deepEqual(sso.calls, { authorize: 1, token: 1, me: 2 })
  })

  it('refuses a code for the second time, and with another verifier, redirect_uri or secret', async (t) => {
    const sso = await start(t)
    const code = await authorize(sso)
    assert.equal((await exchange(sso, code)).status, 200)
    assert.equal((await exchange(sso, code)).status, 400)
    for (const wrong of [{ code_verifier: 'w'.repeat(43) }, { redirect_uri: `${redirectUri}/` }])
      assert.equal((await exchange(sso, await authorize(sso), wrong)).status, 400)
    assert.equal((await exchange(sso, await authorize(sso), { client_secret: 'no' })).status, 401)
  })

  it('refuses to send anybody back without PKCE', async (t) => {
    const sso = await start(t)
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: sso.clientId,
      redirect_uri: redirectUri,
    })
    assert.equal((await fetch(`${sso.url}o/authorize/?${query}`, { redirect: 'manual' })).status, 400)
  })

  it('misbehaves as told, and no longer than told', async (t) => {
    const sso = await start(t)
    sso.misbehave({ me: (ordinal) => (ordinal === 1 ? { html: 503 } : undefined) })
    const token = sso.issueToken()
    assert.equal((await me(sso, token)).status, 503)
    assert.equal((await me(sso, token)).status, 200)
    sso.misbehave({ me: { reset: true } })
    await assert.rejects(me(sso, token))
    sso.misbehave()
    assert.equal((await me(sso, token)).status, 200)
  })

  it('knows several people by the cookie of their browser, also after a refresh', async (t) => {
    const people = { kim: { user_id: 'kim' }, lee: { user_id: 'lee' } }
    const sso = await start(t, { people, refreshTokens: 'rotating' })
    const namedBy = async (answer: Response) => {
      const { access_token: token } = (await answer.clone().json()) as { access_token: string }
      return ((await (await me(sso, token)).json()) as { user_id: string }).user_id
    }
    assert.equal(await namedBy(await exchange(sso, await authorize(sso))), 'user-1')
    assert.equal(await namedBy(await exchange(sso, await authorize(sso, 'nobody'))), 'user-1')
    const answer = await exchange(sso, await authorize(sso, 'lee'))
    assert.equal(await namedBy(answer), 'lee')
    const { refresh_token } = (await answer.json()) as { refresh_token: string }
    const refreshed = await exchange(sso, '', { grant_type: 'refresh_token', refresh_token })
    assert.equal(await namedBy(refreshed), 'lee')
  })

  it('has a fault for refreshes alone, and can lose the answer of one that it did', async (t) => {
    const sso = await start(t, { refreshTokens: 'rotating' })
    sso.misbehave({ refresh: { status: 503 } })
    const answer = await exchange(sso, await authorize(sso))
    assert.equal(answer.status, 200)
    const { refresh_token } = (await answer.json()) as { refresh_token: string }
    const refresh = () => exchange(sso, '', { grant_type: 'refresh_token', refresh_token })
    assert.equal((await refresh()).status, 503)
    sso.misbehave({ refresh: { lost: true } })
    await assert.rejects(refresh())
    sso.misbehave()
    assert.equal((await refresh()).status, 400)
  })
})

async function start(t: TestContext, options: SsoStandInOptions = {}): Promise<SsoStandIn> {
  const sso = await startSsoStandIn(options)
  t.after(() => sso.close())
  return sso
}

async function authorize(sso: SsoStandIn, person?: string): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: sso.clientId,
    redirect_uri: redirectUri,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const answer = await fetch(`${sso.url}o/authorize/?${query}`, {
    redirect: 'manual',
    headers: person === undefined ? {} : { cookie: `other=1; person=${person}` },
  })
  assert.equal(answer.status, 302)
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

function exchange(sso: SsoStandIn, code: string, changes: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: sso.clientId,
    client_secret: sso.clientSecret,
    ...changes,
  })
  return fetch(`${sso.url}o/token/`, { method: 'POST', body })
}

function me(sso: SsoStandIn, token: string): Promise<Response> {
  return fetch(`${sso.url}api/v1/user/me/`, { headers: { authorization: `Bearer ${token}` } })
}
