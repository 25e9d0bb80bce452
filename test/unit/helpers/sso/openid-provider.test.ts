import assert from 'node:assert/strict'
import { createPublicKey, hash, type JsonWebKey, randomUUID, sign, verify } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { approveDevice } from '../../../helpers/clients/approve-device.ts'
import { fillForm } from '../../../helpers/clients/fill-form.ts'
import { createHttpClient, type HttpClient } from '../../../helpers/clients/http-client.ts'
import { signInAt } from '../../../helpers/clients/sign-in.ts'
import { listenOnLoopback } from '../../../helpers/network/listen-on-loopback.ts'
import type {
  OpenidProvider,
  OpenidProviderOptions,
  ProviderClient,
} from '../../../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../../../helpers/sso/openid-provider/start-openid-provider.ts'

const callback = 'http://127.0.0.1:9/__redirect_from_sso'
const verifier = 'v'.repeat(43)
const challenge = hash('sha256', verifier, 'base64url')
const assets = 'https://assets.example.com/'

describe('startOpenidProvider', () => {
  it('publishes its addresses and keys, and signs people in with an id token and userinfo', async (t) => {
    const { sso, client } = await start(t)
    const document = await discover(sso)
    assert.equal(document.issuer, sso.issuer)
    for (const name of ['authorization', 'token', 'userinfo', 'end_session', 'device_authorization'])
      assert.ok(document[`${name}_endpoint`]?.startsWith(`${sso.issuer}/`), name)

    const { id_token, access_token } = await signIn(sso, client, { login: 'ada', nonce: 'the-nonce' })
    const claims = await verifiedClaims(sso, id_token)
    assert.deepEqual(
      [claims.iss, claims.aud, claims.sub, claims.nonce, claims.groups, claims.sid],
      [sso.issuer, sso.clientId, 'ada', 'the-nonce', undefined, undefined],
    )
    const me = await userinfo(sso, access_token)
    assert.deepEqual(await me.json(), {
      sub: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      email_verified: true,
      groups: ['staff', 'admins'],
    })
    assert.deepEqual(
      [sso.calls.discovery, sso.calls.authorize, sso.calls.token, sso.calls.userinfo],
      [1, 1, 1, 1],
    )
  })

  it('puts claims into id tokens where it is told to, and tells of changed ones', async (t) => {
    const { sso, client } = await start(t, { hasClaimsInIdToken: true, idTokenAlgorithm: 'ES256' })
    const { id_token, refresh_token } = await signIn(sso, client, { login: 'bob' })
    assert.deepEqual((await verifiedClaims(sso, id_token)).groups, ['staff'])
    sso.setClaims('bob', { groups: ['boards'] })
    const again = await refresh(sso, refresh_token)
    assert.deepEqual((await verifiedClaims(sso, again.id_token)).groups, ['boards'])
  })

  it('rotates refresh tokens, and ends them all when an old one is shown again', async (t) => {
    const { sso, client } = await start(t)
    const first = await signIn(sso, client)
    const second = await refresh(sso, first.refresh_token)
    assert.notEqual(second.refresh_token, first.refresh_token)
    assert.equal((await refresh(sso, first.refresh_token)).error, 'invalid_grant')
    assert.equal((await refresh(sso, second.refresh_token)).error, 'invalid_grant')
    assert.deepEqual(
      sso.tokenCalls.map(({ grantType, error }) => [grantType, error]),
      [
        ['authorization_code', undefined],
        ['refresh_token', undefined],
        ['refresh_token', 'invalid_grant'],
        ['refresh_token', 'invalid_grant'],
      ],
    )
  })

  it('keeps refresh tokens where it is told to, until they are revoked, or gives none', async (t) => {
    const { sso, client } = await start(t, { rotatesRefreshTokens: false })
    const { refresh_token } = await signIn(sso, client)
    assert.equal((await refresh(sso, refresh_token)).refresh_token, refresh_token)
    const { post: other } = sso.clients
    await postForm(`${sso.issuer}/token/revocation`, { token: refresh_token, ...secretOf(other) })
    assert.equal((await refresh(sso, refresh_token)).refresh_token, refresh_token)
    const right = await post(sso, 'token/revocation', { token: refresh_token })
    assert.equal(right.status, 200)
    assert.equal((await refresh(sso, refresh_token)).error, 'invalid_grant')

    const without = await start(t, { hasNoRefreshTokens: true })
    assert.equal((await signIn(without.sso, without.client)).refresh_token, undefined)
  })

  it('lets tokens live as long as it is told to', async (t) => {
    const { sso, client } = await start(t, { accessTokenSeconds: 5, idTokenSeconds: 7 })
    const { id_token, expires_in } = await signIn(sso, client)
    const { exp, iat } = await verifiedClaims(sso, id_token)
    assert.deepEqual([expires_in, Number(exp) - Number(iat)], [5, 7])
  })

  it('knows each way of client authentication', async (t) => {
    const { sso, client } = await start(t)
    const { post: inForm, public: open, signed } = sso.clients
    assert.ok((await signIn(sso, client, { as: inForm, proof: secretOf(inForm) })).id_token)
    assert.ok((await signIn(sso, client, { as: open, proof: { client_id: open.clientId } })).id_token)
    const proof = assertionOf(signed, sso.issuer)
    assert.ok((await signIn(sso, client, { as: signed, proof })).id_token)
    assert.equal((await signIn(sso, client, { as: signed, proof })).error, 'invalid_client')
    assert.equal((await signIn(sso, client, { as: inForm, proof: {} })).error, 'invalid_request')
  })

  it('signs by a new key after a rotation, and withdraws the old one only where it is told to', async (t) => {
    const { sso, client } = await start(t)
    const old = await signIn(sso, client)
    await sso.rotateKeys()
    const newer = await signIn(sso, client)
    assert.notEqual(headerOf(newer.id_token).kid, headerOf(old.id_token).kid)
    assert.equal((await verifiedClaims(sso, old.id_token)).sub, 'alice')
    await sso.rotateKeys({ isOldWithdrawn: true })
    await assert.rejects(verifiedClaims(sso, newer.id_token), /no key/)
    assert.equal((await userinfo(sso, newer.access_token)).status, 200)
  })

  it('sends logout tokens, after the logout through the browser and for an administrator', async (t) => {
    const { sso, client } = await start(t)
    const received = await startReceiver(t)
    sso.sendLogoutTokensTo(received.url)
    sso.allowPostLogoutRedirect('http://127.0.0.1:9/signed-out')
    const { id_token } = await signIn(sso, client, { login: 'ada' })
    const { sid } = await verifiedClaims(sso, id_token)
    assert.equal(typeof sid, 'string')

    const query = new URLSearchParams({
      id_token_hint: id_token,
      post_logout_redirect_uri: 'http://127.0.0.1:9/signed-out',
      state: 'the-state',
    })
    const page = await client.request(`${sso.issuer}/session/end?${query}`)
    const out = await fillForm(client, page, { logout: 'yes' })
    assert.equal(out.headers.location, 'http://127.0.0.1:9/signed-out?state=the-state')
    const [token = ''] = received.tokens
    const claims = await verifiedClaims(sso, token)
    assert.deepEqual([claims.sub, claims.sid, claims.aud], ['ada', sid, sso.clientId])
    assert.ok(claims.jti)
    assert.equal(headerOf(token).typ, 'logout+jwt')

    await signIn(sso, client, { login: 'bob' })
    received.status = 503
    await sso.signOut('bob')
    assert.equal((await verifiedClaims(sso, received.tokens[1] ?? '')).sub, 'bob')
    assert.deepEqual(
      sso.sentLogouts.map(({ person, error }) => [person, error !== undefined]),
      [
        ['ada', false],
        ['bob', true],
      ],
    )
  })

  it('lets a device in, whose person may refuse it', async (t) => {
    const { sso, client } = await start(t)
    const { device } = sso.clients
    const begin = async () => {
      const form = { client_id: device.clientId, scope: sso.scope, resource: assets }
      return (await (await postForm(`${sso.issuer}/device/auth`, form)).json()) as Record<string, string>
    }
    const poll = async (code = '') => {
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
      const form = { client_id: device.clientId, grant_type, device_code: code }
      return (await (await postForm(`${sso.issuer}/token`, form)).json()) as Record<string, string>
    }
    const first = await begin()
    assert.equal((await poll(first.device_code)).error, 'authorization_pending')
    const page = await approveDevice(client, first.verification_uri_complete ?? '', first.user_code ?? '', {
      login: 'ada',
    })
    assert.match(page.text, /The program is signed in/)
    const tokens = await poll(first.device_code)
    const claims = await verifiedClaims(sso, tokens.access_token ?? '')
    assert.deepEqual([claims.sub, claims.aud, claims.groups], ['ada', assets, ['staff', 'admins']])
    assert.equal(headerOf(tokens.access_token ?? '').typ, 'at+jwt')
    assert.ok(tokens.refresh_token)

    const second = await begin()
    await approveDevice(client, second.verification_uri ?? '', second.user_code ?? '', { isRefused: true })
    assert.equal((await poll(second.device_code)).error, 'access_denied')
  })

  it('gives programs tokens for a resource, and tells a resource server about opaque ones', async (t) => {
    const { sso, client } = await start(t)
    const { service } = sso.clients
    const form = { grant_type: 'client_credentials', resource: assets, scope: 'read' }
    const given = (await (await post(sso, 'token', form, service)).json()) as Record<string, string>
    const claims = await verifiedClaims(sso, given.access_token ?? '')
    assert.deepEqual([claims.sub, claims.client_id, claims.aud], [service.clientId, service.clientId, assets])

    const { access_token } = await signIn(sso, client, { login: 'bob' })
    const introspect = async () =>
      (await (await post(sso, 'token/introspection', { token: access_token }, service)).json()) as {
        active: boolean
        sub?: string
        groups?: unknown
      }
    const { active, sub, groups } = await introspect()
    assert.deepEqual([active, sub, groups], [true, 'bob', ['staff']])
    sso.revokeTokens()
    assert.equal((await introspect()).active, false)
  })
})

async function start(t: TestContext, options: OpenidProviderOptions = {}) {
  const sso = await startOpenidProvider(options)
  sso.allowRedirect(callback)
  const client = createHttpClient()
  t.after(() => {
    client.close()
    return sso.close()
  })
  return { sso, client }
}

async function discover(sso: OpenidProvider) {
  const answer = await fetch(`${sso.issuer}/.well-known/openid-configuration`)
  return (await answer.json()) as Record<string, string>
}

interface Tokens {
  id_token: string
  access_token: string
  refresh_token: string
  expires_in: number
  error?: string
}

interface SignInWish {
  login?: string
  nonce?: string
  as?: ProviderClient
  /** How the client says who it is; in the header unless given. */
  proof?: Record<string, string>
}

async function signIn(
  sso: OpenidProvider,
  client: HttpClient,
  { login = 'alice', nonce, as = sso.clients.basic, proof }: SignInWish = {},
): Promise<Tokens> {
  client.jar.clear()
  const query = new URLSearchParams({
    scope: sso.scope,
    redirect_uri: callback,
    response_type: 'code',
    client_id: as.clientId,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(nonce === undefined ? {} : { nonce }),
  })
  const back = await signInAt(client, `${sso.issuer}/auth?${query}`, { login })
  const code = new URL(back).searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
  const answer =
    proof === undefined
      ? await post(sso, 'token', form)
      : await postForm(`${sso.issuer}/token`, { ...form, ...proof })
  return (await answer.json()) as Tokens
}

async function refresh(sso: OpenidProvider, token: string): Promise<Tokens> {
  const answer = await post(sso, 'token', { grant_type: 'refresh_token', refresh_token: token })
  return (await answer.json()) as Tokens
}

function userinfo(sso: OpenidProvider, token: string): Promise<Response> {
  return fetch(`${sso.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })
}

function post(
  sso: OpenidProvider,
  path: string,
  form: Record<string, string>,
  { clientId, clientSecret } = sso.clients.basic,
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  return postForm(`${sso.issuer}/${path}`, form, { authorization })
}

function postForm(url: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
}

function secretOf({ clientId, clientSecret }: ProviderClient): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret }
}

function assertionOf({ clientId, privateKeyPem = '' }: ProviderClient, audience: string) {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat: now, exp: now + 60 }
  const text = [{ alg: 'ES256', kid: 'client-key' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(text), { key: privateKeyPem, dsaEncoding: 'ieee-p1363' })
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${text}.${signature.toString('base64url')}`,
  }
}

function headerOf(jwt: string): Record<string, string> {
  return JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString())
}

async function verifiedClaims(sso: OpenidProvider, jwt: string): Promise<Record<string, unknown>> {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const { kid, alg } = headerOf(jwt)
  const { keys } = (await (await fetch(`${sso.issuer}/jwks`)).json()) as { keys: JsonWebKey[] }
  const jwk = keys.find((key) => key.kid === kid)
  if (jwk === undefined) throw new Error('no key of that id')
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const dsaEncoding = alg === 'ES256' ? ({ dsaEncoding: 'ieee-p1363' } as const) : {}
  const data = Buffer.from(`${header}.${payload}`)
  assert.ok(verify('sha256', data, { key, ...dsaEncoding }, Buffer.from(signature, 'base64url')))
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

/** A client's address for logout tokens. */
async function startReceiver(t: TestContext) {
  const received = { tokens: [] as string[], status: 200, url: '' }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    received.tokens.push(new URLSearchParams(body).get('logout_token') ?? '')
    response.writeHead(received.status).end()
  })
  const { origin } = await listenOnLoopback(server, t)
  received.url = `${origin}/backchannel-logout`
  return received
}
