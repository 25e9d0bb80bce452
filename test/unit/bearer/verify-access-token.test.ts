import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { verifyAccessToken } from '../../../src/bearer/verify-access-token.ts'
import { makeKey, signJwt, signWithSecret, unsignedJwt } from '../../helpers/issuer/sign-jwt.ts'
import { keysPath, startIssuer } from '../../helpers/issuer/start-issuer.ts'

const places = { nameClaim: 'name', emailClaim: 'email', groupsClaim: '/groups', trustEmail: false }
const rsa = makeKey('RS256', 'rsa')
const audience = 'https://assets.example.com'
const typ = 'at+jwt'

async function start(t: TestContext, changes: { allowsPlainJwt?: boolean; scopes?: string[] } = {}) {
  const sso = await startIssuer(t)
  sso.keys = [rsa.jwk]
  const issuer = sso.issuer()
  const options = {
    issuer,
    audience: [audience, 'other'],
    scopes: [],
    allowsPlainJwt: false,
    places,
    ...changes,
  }
  const ask = verifyAccessToken(options)
  const seconds = Math.floor(sso.clock.nowMs / 1000)
  const claims = (more: object = {}) => ({
    ...{
      iss: sso.url,
      sub: 'jo',
      aud: audience,
      exp: seconds + 60,
      iat: seconds,
      client_id: 'app',
      jti: 'j',
    },
    ...more,
  })
  return {
    ...{ sso, seconds, claims, ask: (token: string) => ask(token) },
    token: (more: object = {}, header: Record<string, unknown> = { typ }) =>
      signJwt(claims(more), rsa, header),
  }
}

describe('verifyAccessToken', () => {
  it('accepts a token for this audience until it expires', async (t) => {
    const { ask, token, sso, seconds } = await start(t)
    for (const header of [{ typ }, { typ: 'application/AT+JWT' }]) {
      const answer = await ask(token({ aud: ['a', audience], groups: ['staff'] }, header))
      assert.ok(answer.kind === 'accepted', JSON.stringify(answer))
      assert.equal(answer.person.id, `${sso.url}#jo`)
      assert.deepEqual(answer.person.groups, ['staff'])
      assert.equal(answer.expiresAt, (seconds + 60) * 1000)
    }
  })

  const refused: [what: string, more: object, header: Record<string, unknown>, reason: RegExp][] = [
    ['an id token', { aud: 'app' }, { typ: 'JWT' }, /of another type \(typ\)/],
    ['an id token for this very audience', { nonce: 'n' }, { typ: 'JWT' }, /of another type/],
    ['an id token under a false name', { nonce: 'n' }, { typ }, /is an id token/],
    ['a token without a type', {}, { typ: undefined }, /of another type/],
    ['a logout token', { events: {} }, { typ: 'logout+jwt' }, /of another type/],
    ['a token for another audience', { aud: `${audience}/` }, { typ }, /for another audience/],
    ['a token for nobody', { aud: undefined }, { typ }, /no claim aud/],
    ['a token of another issuer', { iss: 'https://evil.example.com' }, { typ }, /of another issuer/],
    ['a token that never expires', { exp: undefined }, { typ }, /no claim exp/],
    ['a token of nobody', { sub: undefined }, { typ }, /no claim sub/],
    ['a token of an empty subject', { sub: '' }, { typ }, /no claim sub/],
    ['a token of a subject that is a number', { sub: 7 }, { typ }, /no claim sub/],
    ['a token that is bound to a key', { cnf: { jkt: 'k' } }, { typ }, /bound to a key/],
  ]
  for (const [what, more, header, reason] of refused)
    it(`refuses ${what}`, async (t) => {
      const { ask, token } = await start(t)
      const answer = await ask(token(more, header))
      assert.ok(answer.kind === 'refused', JSON.stringify(answer))
      assert.match(answer.reason, /^the token /)
      assert.match(answer.reason, reason)
    })

  it('refuses what has expired, and what is not valid yet', async (t) => {
    const { ask, token, seconds } = await start(t)
    for (const [more, reason] of [
      [{ exp: seconds - 61 }, /expired/],
      [{ nbf: seconds + 61 }, /not valid yet/],
    ] as const) {
      const answer = await ask(token(more))
      assert.match(answer.kind === 'refused' ? answer.reason : answer.kind, reason)
    }
  })

  it('refuses tokens that nobody signed, or that were signed with the public key as a secret', async (t) => {
    const { ask, claims } = await start(t)
    const pem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }))
    for (const token of [
      unsignedJwt(claims()),
      signWithSecret(claims(), pem, { typ, kid: 'rsa' }),
      signWithSecret(claims(), JSON.stringify(rsa.jwk), { typ, kid: 'rsa' }),
      signJwt(claims(), makeKey('RS256', 'rsa'), { typ }),
      signJwt(claims(), rsa, { typ, alg: 'ES256' }),
    ])
      assert.equal((await ask(token)).kind, 'refused')
  })

  it('takes a plain JWT only where that is wanted, and never an id token', async (t) => {
    const { ask, token } = await start(t, { allowsPlainJwt: true })
    for (const header of [{ typ: 'JWT' }, { typ: undefined }, { typ }])
      assert.equal((await ask(token({}, header))).kind, 'accepted', JSON.stringify(header))
    for (const [more, header] of [
      [{ client_id: undefined }, { typ: 'JWT' }],
      [{ client_id: undefined, azp: 'app', email: 'e' }, { typ: undefined }],
      [{ nonce: 'n' }, { typ: 'JWT' }],
      [{ at_hash: 'h' }, { typ: 'JWT' }],
      [{ typ: 'ID' }, { typ: 'JWT' }],
      [{ token_use: 'id' }, { typ: undefined }],
      [{}, { typ: 'logout+jwt' }],
      [{}, { typ: 'dpop+jwt' }],
    ])
      assert.equal((await ask(token(more, header))).kind, 'refused', JSON.stringify([more, header]))
  })

  it('wants every scope', async (t) => {
    const { ask, token } = await start(t, { scopes: ['read', 'list'] })
    assert.equal((await ask(token({ scope: 'list read' }))).kind, 'accepted')
    assert.equal((await ask(token({ scope: 'read' }))).kind, 'unscoped')
    assert.equal((await ask(token({ scope: 'read', exp: 1 }))).kind, 'refused')
  })

  it('takes tokens of a new key, and asks for keys once for a thousand tokens of unknown ones', async (t) => {
    const { ask, token, claims, sso } = await start(t)
    assert.equal((await ask(token())).kind, 'accepted')
    sso.pass(31_000)
    const young = makeKey('RS256', 'young')
    sso.keys = [rsa.jwk, young.jwk]
    const fresh = { exp: Math.floor(sso.clock.nowMs / 1000) + 60 }
    assert.equal((await ask(signJwt(claims(fresh), young, { typ }))).kind, 'accepted')
    const asked = () => sso.asked.filter((path) => path === keysPath).length
    assert.equal(asked(), 2)
    const unknown = makeKey('RS256', 'unknown')
    const flood = Array.from({ length: 1000 }, (_, index) =>
      ask(signJwt(claims({ ...fresh, jti: `${index}` }), unknown, { typ, kid: `unknown-${index}` })),
    )
    for (const answer of await Promise.all(flood)) assert.equal(answer.kind, 'refused')
    assert.ok(asked() <= 3, `${asked()} requests for keys`)
  })

  it('throws where the keys cannot be had', async (t) => {
    const { ask, token, sso } = await start(t)
    sso.answers.set(keysPath, (response) => response.writeHead(503).end())
    await assert.rejects(ask(token()), { code: 'SSO_UNAVAILABLE' })
  })
})
