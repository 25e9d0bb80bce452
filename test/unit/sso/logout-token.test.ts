import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { readLogoutToken } from '../../../src/sso/logout-token.ts'
import { makeKey, signJwt, signWithSecret, unsignedJwt } from '../../helpers/issuer/sign-jwt.ts'
import { keysPath, startIssuer, type TestIssuer } from '../../helpers/issuer/start-issuer.ts'

const key = makeKey('RS256', 'one')
const event = 'http://schemas.openid.net/event/backchannel-logout'

describe('readLogoutToken', () => {
  for (const typ of ['logout+jwt', 'application/logout+JWT', 'JWT', undefined])
    it(`takes a token of the type ${typ}`, async (t) => {
      const sso = await start(t)
      const read = await readLogoutToken(signJwt(claimsOf(sso), key, { typ }), sso.issuer(), 'app')
      assert.deepEqual(read, { kind: 'verified', token: { id: 'token-1', subject: 'jo', sid: 's-1' } })
    })

  for (const [what, changes, token] of [
    ['only the person', { sid: undefined }, { id: 'token-1', subject: 'jo', sid: undefined }],
    ['only the session', { sub: undefined }, { id: 'token-1', subject: undefined, sid: 's-1' }],
  ] as const)
    it(`takes a token that names ${what}`, async (t) => {
      assert.deepEqual(await read(t, changes), { kind: 'verified', token })
    })

  it('takes a token without an end, and one whose time differs by less than six minutes', async (t) => {
    const sso = await start(t)
    const now = sso.clock.nowMs / 1000
    for (const changes of [{ exp: undefined }, { iat: now - 359 }, { iat: now + 59 }]) {
      const jwt = signJwt({ ...claimsOf(sso), ...changes }, key)
      assert.equal((await readLogoutToken(jwt, sso.issuer(), 'app')).kind, 'verified')
    }
  })

  const seconds = Date.UTC(2026, 0, 1) / 1000
  for (const [what, changes, reason] of [
    ['for another client', { aud: 'other' }, /^is for another audience/],
    ['of another issuer', { iss: 'https://evil.example' }, /^is of another issuer/],
    ['that has expired', { exp: seconds - 61 }, /^has expired/],
    ['that was made long ago', { iat: seconds - 361 }, /^is too old/],
    ['that does not say when it was made', { iat: undefined }, /^has no claim iat/],
    ['with a nonce, as an id token', { nonce: 'n' }, /^has a nonce$/],
    ['without an event', { events: undefined }, /^has no claim events/],
    ['with another event', { events: { 'https://example.com/event': {} } }, /another event/],
    ['whose event is no object', { events: { [event]: 'yes' } }, /another event/],
    ['whose event is a list', { events: { [event]: [] } }, /another event/],
    ['whose events are a list', { events: [event] }, /another event/],
    ['without an id', { jti: undefined }, /^has no claim jti/],
    ['whose id is empty', { jti: '' }, /\(jti\)$/],
    ['whose id is a number', { jti: 7 }, /\(jti\)$/],
    ['whose subject is no text', { sub: 7 }, /\(sub\)$/],
    ['whose session is no text', { sid: ['s-1'] }, /\(sid\)$/],
    ['that names nobody', { sub: undefined, sid: undefined }, /^names nobody/],
  ] as [string, object, RegExp][])
    it(`refuses a token ${what}`, async (t) => {
      const refused = await read(t, changes)
      assert.ok(refused.kind === 'refused', JSON.stringify(refused))
      assert.match(refused.reason, reason)
    })

  it('refuses a token that nobody, another key, or a public key in place of a secret has signed', async (t) => {
    const sso = await start(t)
    const secret = String(key.publicKey.export({ type: 'spki', format: 'pem' }))
    const claims = claimsOf(sso)
    const forged = [
      unsignedJwt(claims),
      signWithSecret(claims, secret),
      signJwt(claims, makeKey('RS256', 'one')),
      signJwt(claims, key, { typ: 'at+jwt' }),
      'no token',
      '',
    ]
    for (const jwt of forged)
      assert.equal((await readLogoutToken(jwt, sso.issuer(), 'app')).kind, 'refused', jwt)
  })

  it('does not say that a token is refused while the keys cannot be had', async (t) => {
    const sso = await start(t)
    sso.answers.set(keysPath, (response) => response.writeHead(503).end())
    const asked = readLogoutToken(signJwt(claimsOf(sso), key), sso.issuer(), 'app')
    await assert.rejects(asked, (error) => error instanceof S3ProxyError && error.code === 'SSO_UNAVAILABLE')
  })
})

async function start(t: TestContext): Promise<TestIssuer> {
  const sso = await startIssuer(t)
  sso.keys = [key.jwk]
  return sso
}

async function read(t: TestContext, changes: object) {
  const sso = await start(t)
  return readLogoutToken(signJwt({ ...claimsOf(sso), ...changes }, key), sso.issuer(), 'app')
}

function claimsOf({ url, clock }: TestIssuer) {
  const now = clock.nowMs / 1000
  return {
    ...{ iss: url, aud: 'app', iat: now, exp: now + 120, jti: 'token-1' },
    ...{ sub: 'jo', sid: 's-1', events: { [event]: {} } },
  }
}
