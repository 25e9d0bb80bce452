import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { claimShapes } from '../../../helpers/sso/oidc-stand-in/claim-shapes.ts'
import {
  type IdTokenFault,
  idTokenFaults,
  withOtherSlash,
} from '../../../helpers/sso/oidc-stand-in/id-token-faults.ts'
import { createJwt, isSignedBy, readJwt } from '../../../helpers/sso/oidc-stand-in/jwt.ts'
import type {
  OidcStandIn,
  OidcStandInOptions,
} from '../../../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import { createKeyPair, type KeyAlgorithm } from '../../../helpers/sso/oidc-stand-in/stand-in-keys.ts'
import { startOidcStandIn } from '../../../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'

const callback = 'http://127.0.0.1:1/__redirect_from_sso'
const verifier = 'v'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')

describe('startOidcStandIn', () => {
  it('signs somebody in: code, tokens, userinfo, all with a nonce, a sid and one signature', async (t) => {
    const sso = await start(t)
    const back = await authorize(sso)
    assert.equal(back.get('state'), 'state')
    assert.equal(back.get('iss'), sso.issuer)
    const tokens = await exchange(sso, back.get('code'))
    const { claims } = readJwt(tokens.id_token) ?? {}
    assert.ok(await isGenuine(sso, tokens.id_token))
    assert.deepEqual(
      [claims?.iss, claims?.aud, claims?.sub, claims?.nonce, claims?.sid, claims?.groups],
      [sso.issuer, sso.clientId, 'user-1', 'nonce', 'session-1', ['staff']],
    )
    assert.equal((await userinfo(sso, tokens.access_token)).sub, 'user-1')
    sso.endToken(tokens.access_token)
    assert.equal((await userinfo(sso, tokens.access_token)).error, 'invalid_token')
    assert.deepEqual([sso.calls.authorize, sso.calls.token, sso.calls.userinfo], [1, 1, 2])
  })

  it('refuses wrong PKCE, a code for the second time, another redirect_uri or client', async (t) => {
    const sso = await start(t)
    for (const wrong of [
      { code_verifier: 'w'.repeat(43) },
      { redirect_uri: `${callback}/` },
      { grant_type: 'password' },
    ]) {
      const code = (await authorize(sso)).get('code')
      assert.match((await exchange(sso, code, wrong)).error, /^(invalid_grant|unsupported_grant_type)$/)
    }
    const code = (await authorize(sso)).get('code')
    assert.ok((await exchange(sso, code)).id_token)
    assert.equal((await exchange(sso, code)).error, 'invalid_grant')
    const answer = await post(sso.urls.token, { grant_type: 'refresh_token', refresh_token: 'x' })
    assert.equal(answer.status, 401)
    assert.equal((await authorize(sso, { code_challenge: '' })).get('error'), 'invalid_request')
    assert.equal((await authorize(sso, { scope: 'profile' })).get('error'), 'invalid_scope')
    await assert.rejects(authorize(sso, { redirect_uri: 'http://127.0.0.1:1/elsewhere' }), /400/)
    await assert.rejects(authorize(sso, { client_id: 'another-client' }), /400/)
  })

  it('takes the one way of client authentication that it is told, and publishes it', async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const proofs = {
      post: (sso: OidcStandIn) => ({ client_id: sso.clientId, client_secret: sso.clientSecret }),
      none: (sso: OidcStandIn) => ({ client_id: sso.clientId }),
      private_key_jwt: (sso: OidcStandIn) => ({
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: createJwt(
          { kid: 'k', alg: 'ES256', privateKey, publicKey },
          {},
          {
            ...{ iss: sso.clientId, sub: sso.clientId, aud: sso.urls.token, jti: randomUUID() },
            exp: Math.floor(Date.now() / 1000) + 60,
          },
        ),
      }),
    }
    const clientPublicKeyPem = `${publicKey.export({ type: 'spki', format: 'pem' })}`
    for (const clientAuthentication of ['post', 'none', 'private_key_jwt'] as const) {
      const sso = await start(t, { clientAuthentication, clientPublicKeyPem })
      const proof = proofs[clientAuthentication](sso)
      const ask = async (form: Record<string, string>) => (await post(sso.urls.token, form)).status
      const form = async () => ({
        ...{ grant_type: 'authorization_code', code: (await authorize(sso)).get('code') ?? '' },
        ...{ redirect_uri: callback, code_verifier: verifier },
      })
      assert.equal(await ask({ ...(await form()), ...proof }), 200, clientAuthentication)
      assert.equal(await ask(await form()), 401, clientAuthentication)
      assert.equal((await exchange(sso, (await authorize(sso)).get('code'))).error, 'invalid_client')
      if (clientAuthentication === 'private_key_jwt')
        assert.equal(await ask({ ...(await form()), ...proof }), 401, 'the same assertion again')
    }
  })

  it('has an issuer with a path, or with a slash at its end', async (t) => {
    for (const [issuerPath, at] of [
      ['/realms/staff', '/realms/staff/.well-known/openid-configuration'],
      ['/', '/.well-known/openid-configuration'],
    ] as const) {
      const sso = await start(t, { issuerPath })
      const document = await get(`http://127.0.0.1:${sso.port}${at}`)
      assert.equal(document.issuer, sso.issuer)
      assert.ok(sso.issuer.endsWith(issuerPath))
      assert.deepEqual(await get(document.jwks_uri), await get(sso.urls.keys))
    }
  })

  it('rotates refresh tokens, keeps them, gives none, and leaves the id token out, as told', async (t) => {
    const sso = await start(t)
    const first = await signIn(sso)
    const second = await refresh(sso, first.refresh_token)
    assert.notEqual(second.refresh_token, first.refresh_token)
    assert.ok(second.id_token)
    assert.equal((await refresh(sso, first.refresh_token)).error, 'invalid_grant')
    sso.behave({ rotatesRefreshTokens: false, hasIdTokenInRefresh: false })
    for (const _ of [1, 2]) {
      const kept = await refresh(sso, second.refresh_token)
      assert.deepEqual([kept.refresh_token, kept.id_token], [undefined, undefined])
      assert.ok(kept.access_token)
    }
    sso.behave({ hasRefreshTokens: false, hasExpiresIn: false })
    const without = await signIn(sso)
    assert.deepEqual([without.refresh_token, without.expires_in], [undefined, undefined])
    assert.deepEqual([sso.calls.refresh, sso.calls.token], [4, 6])
  })

  it('does not use a refresh token up where a fault stands in place of the answer', async (t) => {
    const sso = await start(t)
    const { refresh_token } = await signIn(sso)
    sso.misbehave({
      refresh: { status: 429, error: 'slow', headers: { 'retry-after': '7' } },
      token: { html: 503 },
    })
    const refused = await ask(sso, { grant_type: 'refresh_token', refresh_token })
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '7'])
    sso.misbehave()
    const second = await refresh(sso, refresh_token)
    assert.ok(second.access_token)
    sso.misbehave({ refresh: { cutBody: true } })
    await assert.rejects(refresh(sso, second.refresh_token))
    sso.misbehave()
    assert.equal((await refresh(sso, second.refresh_token)).error, 'invalid_grant')
  })

  it('misbehaves at each endpoint, and no longer than told', async (t) => {
    const sso = await start(t)
    for (const call of Object.keys(sso.urls) as (keyof typeof sso.urls)[]) {
      sso.misbehave({ [call]: (ordinal: number) => (ordinal === 1 ? { html: 503 } : undefined) })
      assert.equal((await fetch(sso.urls[call])).status, 503, call)
      assert.notEqual((await fetch(sso.urls[call], { redirect: 'manual' })).status, 503, call)
      assert.equal(sso.calls[call], 2, call)
    }
    sso.misbehave({ authorize: { deny: 'access_denied' } })
    assert.equal((await authorize(sso)).get('error'), 'access_denied')
    sso.misbehave({ authorize: { extra: { iss: 'http://127.0.0.1:9' } } })
    assert.equal((await authorize(sso)).get('iss'), 'http://127.0.0.1:9')
  })

  it('makes id tokens with one fault each', async (t) => {
    const sso = await start(t)
    const faults = Object.keys(idTokenFaults) as IdTokenFault[]
    const signatureFaults = /^(alg-none|hs256|signed-by|broken|unknown|no-jwt|encrypted)/
    for (const idToken of faults) {
      sso.misbehave({ idToken })
      const { id_token } = await signIn(sso)
      assert.equal(await isGenuine(sso, id_token), !signatureFaults.test(idToken), idToken)
    }
    assert.equal(sso.given.id.length, faults.length)
    const claimsOf = async (idToken: IdTokenFault) => {
      sso.misbehave({ idToken })
      return readJwt((await signIn(sso)).id_token)?.claims ?? {}
    }
    assert.ok(Number((await claimsOf('expired')).exp) < Date.now() / 1000)
    assert.equal((await claimsOf('other-slash-of-issuer')).iss, withOtherSlash(sso.issuer))
    assert.equal('nonce' in (await claimsOf('no-nonce')), false)
    sso.misbehave({ idToken: 'hs256-with-public-key' })
    assert.equal(readJwt((await signIn(sso)).id_token)?.header.alg, 'HS256')
  })

  it('changes its document, its keys and the subject of userinfo', async (t) => {
    const sso = await start(t)
    sso.behave({ discovery: { issuer: 'http://127.0.0.1:9', end_session_endpoint: undefined } })
    const document = await get(`${sso.issuer}/.well-known/openid-configuration`)
    assert.deepEqual([document.issuer, 'end_session_endpoint' in document], ['http://127.0.0.1:9', false])
    const { access_token, id_token } = await signIn(sso)
    sso.behave({ userinfoSubject: 'somebody-else' })
    assert.equal((await userinfo(sso, access_token)).sub, 'somebody-else')
    sso.rotateKeys()
    assert.ok(await isGenuine(sso, id_token))
    assert.ok(await isGenuine(sso, (await signIn(sso)).id_token))
    sso.rotateKeys({ isOldWithdrawn: true })
    assert.equal(await isGenuine(sso, id_token), false)
    sso.behave({ hidesKeys: true, moreKeys: [{ kty: 'oct', k: 'AA' }] })
    assert.deepEqual(await get(sso.urls.keys), { keys: [{ kty: 'oct', k: 'AA' }] })
  })

  it('tells claims in the shapes and places that it is told, in tokens as long as told', async (t) => {
    const sso = await start(t)
    sso.behave({ claims: claimShapes.groupsOverage, claimsAreIn: 'id-token', tokenPaddingBytes: 9000 })
    const { id_token, access_token, refresh_token } = await signIn(sso)
    assert.deepEqual(readJwt(id_token)?.claims._claim_names, { groups: 'src1' })
    assert.deepEqual(await userinfo(sso, access_token), { sub: 'user-1' })
    for (const token of [id_token, access_token, refresh_token]) assert.ok(token.length > 8192)
    sso.behave({ claims: { groups: 'staff' }, claimsAreIn: 'userinfo', tokenPaddingBytes: 0 })
    const second = await signIn(sso)
    assert.equal(readJwt(second.id_token)?.claims.groups, undefined)
    assert.equal((await userinfo(sso, second.access_token)).groups, 'staff')
  })

  it('lets devices in, with and without PKCE, and answers polls as RFC 8628 says', async (t) => {
    const sso = await start(t)
    sso.behave({ deviceIntervalSeconds: 0, deviceRequiresPkce: true })
    const client_id = sso.publicClientId
    const begin = async (more: Record<string, string>) =>
      json(await post(sso.urls.deviceAuthorization, { client_id, scope: 'openid', ...more }))
    assert.equal((await begin({})).error, 'invalid_request')
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    const poll = async (device_code: string, more: Record<string, string> = {}) => {
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
      return json(await post(sso.urls.token, { client_id, grant_type, device_code, ...more }))
    }
    const { device_code, user_code } = await begin(pkce)
    sso.device.answerNext('slow_down')
    assert.equal((await poll(device_code)).error, 'slow_down')
    assert.equal((await poll(device_code)).error, 'slow_down')

    const first = await begin(pkce)
    assert.equal((await poll(first.device_code)).error, 'authorization_pending')
    sso.device.approve()
    assert.equal((await poll(first.device_code)).error, 'invalid_grant')
    assert.ok((await poll(first.device_code, { code_verifier: verifier })).access_token)
    assert.equal((await poll(first.device_code, { code_verifier: verifier })).error, 'invalid_grant')
    sso.device.deny(user_code)
    assert.equal((await poll(device_code)).error, 'access_denied')
    const last = await begin(pkce)
    sso.device.expire()
    assert.equal((await poll(last.device_code)).error, 'expired_token')
    assert.equal(sso.calls.devicePoll, 8)
  })

  it('tells about tokens, takes them back, and notes which', async (t) => {
    const sso = await start(t)
    sso.behave({ hasJwtAccessTokens: true })
    const { access_token, refresh_token } = await signIn(sso)
    const introspect = async () => json(await ask(sso, { token: access_token }, sso.urls.introspection))
    const told = await introspect()
    assert.deepEqual([told.active, told.sub, told.aud], [true, 'user-1', sso.behaviour.audience])
    assert.equal((await post(sso.urls.introspection, { token: access_token })).status, 401)
    for (const token of [access_token, refresh_token])
      assert.equal((await ask(sso, { token }, sso.urls.revocation)).status, 200)
    assert.deepEqual(await introspect(), { active: false })
    assert.equal((await refresh(sso, refresh_token)).error, 'invalid_grant')
    assert.deepEqual(sso.revoked, [access_token, refresh_token])
  })

  it('signs out with a hint of its own, and goes back only where it may', async (t) => {
    const sso = await start(t)
    const { id_token } = await signIn(sso)
    const out = (more: Record<string, string>) =>
      fetch(`${sso.urls.endSession}?${new URLSearchParams(more)}`, { redirect: 'manual' })
    const back = { post_logout_redirect_uri: 'http://127.0.0.1:1/__s3proxy/signed-out', state: 's' }
    const answer = await out({ id_token_hint: id_token, ...back })
    assert.equal(answer.headers.get('location'), 'http://127.0.0.1:1/__s3proxy/signed-out?state=s')
    assert.deepEqual(sso.logouts, [id_token])
    const forged = sso.mint.idToken({ signing: 'another-key' })
    assert.equal((await out({ id_token_hint: forged })).status, 400)
    assert.equal((await out(back)).status, 400)
    const elsewhere = { ...back, post_logout_redirect_uri: 'http://127.0.0.1:1/elsewhere' }
    assert.equal((await out({ id_token_hint: id_token, ...elsewhere })).status, 400)
  })

  it('mints id tokens, access tokens and logout tokens for tests', async (t) => {
    const sso = await start(t)
    const logout = readJwt(sso.mint.logoutToken({ claims: { sid: undefined, sub: 'user-2' } }))
    assert.equal(logout?.header.typ, 'logout+jwt')
    assert.deepEqual([logout.claims.sub, 'sid' in logout.claims], ['user-2', false])
    assert.ok(logout.claims.events)
    const access = sso.mint.accessToken({ header: { typ: 'JWT' } })
    assert.equal(readJwt(access)?.header.typ, 'JWT')
    assert.ok(await isGenuine(sso, access))
    assert.equal(await isGenuine(sso, sso.mint.idToken({ signing: 'broken' })), false)
  })

  it('holds calls back, and tells when a number of them came', async (t) => {
    const sso = await start(t)
    const release = sso.hold('keys')
    let isAnswered = false
    const asked = fetch(sso.urls.keys).then(() => {
      isAnswered = true
    })
    await sso.callsReach('keys', 1)
    assert.equal(isAnswered, false)
    release()
    await asked
    await sso.close()
    await assert.rejects(fetch(sso.urls.keys))
    await sso.open()
    assert.equal((await fetch(sso.urls.keys)).status, 200)
  })
})

describe('createJwt', () => {
  for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA'] as const satisfies KeyAlgorithm[])
    it(`signs by ${algorithm}, so that nobody else's key fits`, () => {
      const key = createKeyPair(algorithm)
      const jwt = createJwt(key, {}, { sub: 'a' })
      assert.ok(isSignedBy(jwt, key))
      assert.equal(isSignedBy(jwt, createKeyPair(algorithm)), false)
    })
})

// biome-ignore lint/suspicious/noExplicitAny: members of answers, which each test looks at
type Json = any

async function start(t: TestContext, options: OidcStandInOptions = {}): Promise<OidcStandIn> {
  const sso = await startOidcStandIn(options)
  t.after(() => sso.close())
  return sso
}

/** @returns the parameters of the callback */
async function authorize(sso: OidcStandIn, changes: Record<string, string> = {}): Promise<URLSearchParams> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: sso.clientId, redirect_uri: callback, scope: 'openid groups' },
    ...{ state: 'state', nonce: 'nonce', code_challenge: challenge, code_challenge_method: 'S256' },
    ...changes,
  })
  const answer = await fetch(`${sso.urls.authorize}?${query}`, { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`no redirect: ${answer.status}`)
  return new URL(location).searchParams
}

async function exchange(sso: OidcStandIn, code: string | null, changes: Record<string, string> = {}) {
  const form = { grant_type: 'authorization_code', redirect_uri: callback, code_verifier: verifier }
  return json(await ask(sso, { ...form, code: code ?? '', ...changes }))
}

async function signIn(sso: OidcStandIn): Promise<Json> {
  return exchange(sso, (await authorize(sso)).get('code'))
}

async function refresh(sso: OidcStandIn, refresh_token: string): Promise<Json> {
  return json(await ask(sso, { grant_type: 'refresh_token', refresh_token }))
}

async function userinfo(sso: OidcStandIn, token: string): Promise<Json> {
  return json(await fetch(sso.urls.userinfo, { headers: { authorization: `Bearer ${token}` } }))
}

/** Asks as the confidential client. */
function ask(sso: OidcStandIn, form: Record<string, string>, url = sso.urls.token): Promise<Response> {
  const [id, secret] = [sso.clientId, sso.clientSecret].map((part) => encodeURIComponent(part))
  return post(url, form, {
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  })
}

function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
}

async function get(url: string): Promise<Json> {
  return json(await fetch(url))
}

async function json(answer: Response): Promise<Json> {
  return answer.json()
}

/** Tells whether the key set has the key that a token names, and whether its signature is right. */
async function isGenuine(sso: OidcStandIn, jwt: string): Promise<boolean> {
  const { keys } = (await get(sso.urls.keys)) as { keys: (JsonWebKey & { kid: string; alg: KeyAlgorithm })[] }
  const { header } = readJwt(jwt) ?? {}
  const jwk = keys.find(({ kid, alg }) => kid === header?.kid && alg === header?.alg)
  if (jwk === undefined) return false
  return isSignedBy(jwt, { alg: jwk.alg, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) })
}
