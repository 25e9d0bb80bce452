import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { type IntrospectionOptions, introspect } from '../../../src/bearer/introspect.ts'
import type { ClientIdentity } from '../../../src/sso/client-authentication.ts'
import { sendJson, startIssuer } from '../../helpers/issuer/start-issuer.ts'

const places = { nameClaim: 'name', emailClaim: 'email', groupsClaim: '/groups', trustEmail: false }
const audience = 'https://assets.example.com'
const post: ClientIdentity = { clientId: 'app', clientSecret: 'a secret&', clientAuthentication: 'post' }

async function start(t: TestContext, changes: Partial<IntrospectionOptions> = {}, client = post) {
  const sso = await startIssuer(t)
  const sent: { form: Record<string, string>; authorization: string | undefined }[] = []
  const nowSeconds = Math.floor(sso.clock.nowMs / 1000)
  const valid = { active: true, sub: 'jo', aud: audience, exp: nowSeconds + 60 }
  const state: { status: number; answer: unknown } = { status: 200, answer: valid }
  sso.answers.set('/introspect', async (response, request) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    sent.push({ form, authorization: request.headers.authorization })
    if (state.status === 200) sendJson(response, state.answer)
    else response.writeHead(state.status, { 'retry-after': '7' }).end()
  })
  const ask = introspect({
    endpoint: async () => ({ url: `${sso.url}/introspect`, client }),
    ...{ issuer: sso.url, audience: [audience, 'other'], scopes: [], places, timeoutMs: 2000 },
    ...{ userAgent: 's3proxy/test', now: () => sso.clock.nowMs, ...changes },
  })
  return {
    ...{ sso, sent, valid, state, nowSeconds },
    ask: (token = 'canary') => ask(token),
    answer(answer: unknown, status = 200) {
      Object.assign(state, { status, answer })
    },
  }
}

describe('introspect', () => {
  it('accepts an active token for this audience until it expires', async (t) => {
    const { ask, sso, sent, nowSeconds } = await start(t)
    const answer = await ask()
    assert.ok(answer.kind === 'accepted', JSON.stringify(answer))
    assert.deepEqual([answer.person.id, answer.expiresAt], [`${sso.url}#jo`, (nowSeconds + 60) * 1000])
    assert.deepEqual(sent[0]?.form, {
      ...{ token: 'canary', token_type_hint: 'access_token', client_id: 'app', client_secret: 'a secret&' },
    })
  })

  it('says who asks in the header, or by an assertion, where that is wanted', async (t) => {
    const basic = await start(t, {}, { ...post, clientAuthentication: 'basic' })
    await basic.ask()
    const [, pair = ''] = basic.sent[0]?.authorization?.split(' ') ?? []
    assert.equal(Buffer.from(pair, 'base64').toString(), 'app:a+secret%26')
    assert.deepEqual(Object.keys(basic.sent[0]?.form ?? {}), ['token', 'token_type_hint'])
    const clientAssertion = () => 'signed'
    const signed = await start(
      t,
      {},
      { clientId: 'app', clientAuthentication: 'private_key_jwt', clientAssertion },
    )
    await signed.ask()
    const { client_id: id, client_assertion: assertion } = signed.sent[0]?.form ?? {}
    assert.deepEqual([id, assertion], ['app', 'signed'])
  })

  it('refuses what the answer has against a token', async (t) => {
    const { ask, answer, valid, nowSeconds } = await start(t)
    for (const [more, reason] of [
      [{ active: false }, /is not active/],
      [{ exp: nowSeconds }, /has expired/],
      [{ exp: 'tomorrow' }, /has expired/],
      [{ nbf: nowSeconds + 61 }, /not valid yet/],
      [{ iss: 'https://evil.example.com' }, /another issuer/],
      [{ aud: 'elsewhere' }, /another audience/],
      [{ aud: ['elsewhere', `${audience}/`] }, /another audience/],
      [{ aud: undefined }, /another audience/],
      [{ token_type: 'DPoP' }, /no bearer token/],
      [{ nonce: 'n' }, /an id token/],
      [{ typ: 'Refresh' }, /no access token/],
      [{ cnf: {} }, /bound to a key/],
    ] as const) {
      answer({ ...valid, ...more })
      const asked = await ask()
      assert.match(asked.kind === 'refused' ? asked.reason : JSON.stringify(asked), reason)
    }
  })

  it('takes what servers leave out', async (t) => {
    const { ask, answer, valid, sso, nowSeconds } = await start(t)
    for (const more of [
      { exp: undefined },
      { iss: sso.url, token_type: 'bearer', aud: ['x', 'other'] },
      { nbf: nowSeconds + 59 },
    ]) {
      answer({ ...valid, ...more })
      assert.equal((await ask()).kind, 'accepted', JSON.stringify(more))
    }
  })

  it('wants the scopes, which may stand for the audience', async (t) => {
    const { ask, answer } = await start(t, { audience: undefined, scopes: ['read'], issuer: undefined })
    answer({ active: true, username: 'ada', scope: 'read write' })
    const asked = await ask()
    assert.deepEqual(asked.kind === 'accepted' && [asked.person.id, asked.expiresAt], ['ada', undefined])
    answer({ active: true, username: 'ada', scope: 'write' })
    assert.deepEqual(await ask(), { kind: 'unscoped' })
    answer({ active: false, scope: 'write' })
    assert.equal((await ask()).kind, 'refused')
  })

  it('never takes a failure for a refusal, and says which options to look at', async (t) => {
    const { ask, answer } = await start(t)
    for (const [status, code, message] of [
      [401, 'SSO_BAD_ANSWER', /answered 401 \(sso\.clientId, sso\.clientSecret/],
      [403, 'SSO_BAD_ANSWER', /answered 403 \(sso\.clientId/],
      [302, 'SSO_BAD_ANSWER', /answered 302 \(bearer\.introspectionUrl; redirects/],
      [404, 'SSO_BAD_ANSWER', /answered 404 \(bearer\.introspectionUrl/],
      [429, 'SSO_BUSY', /answered 429/],
      [500, 'SSO_UNAVAILABLE', /answered 500/],
    ] as const) {
      answer(undefined, status)
      await assert.rejects(ask(), { code, message, retryAfterSeconds: 7 })
    }
    for (const strange of [{}, { active: 'true' }, [], 'active', null]) {
      answer(strange)
      await assert.rejects(ask(), {
        code: 'SSO_BAD_ANSWER',
        message: /no JSON object with active true or false/,
      })
    }
  })

  it('throws what finding the endpoint throws', async (t) => {
    const { ask } = await start(t, { endpoint: () => Promise.reject(new Error('no discovery')) })
    await assert.rejects(ask(), /no discovery/)
  })
})
