import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { untilTrue } from '../../helpers/eventually.ts'
import { makeKey, signJwt, signWithSecret, unsignedJwt } from '../../helpers/issuer/sign-jwt.ts'
import { discoveryPath, keysPath, startIssuer, type TestIssuer } from '../../helpers/issuer/start-issuer.ts'

const own = makeKey('ES256', 'own')
const expected = { audience: 'app', requiredClaims: ['exp'] }

describe('verify', () => {
  for (const alg of [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
  ])
    it(`takes a token that is signed with ${alg}`, async (t) => {
      const sso = await startIssuer(t)
      const key = makeKey(alg, 'one')
      sso.keys = [makeKey('ES256', 'another').jwk, key.jwk]
      const verified = await sso.issuer().verify(signJwt(claimsOf(sso), key), expected)
      assert.ok(verified.kind === 'verified', JSON.stringify(verified))
      assert.equal(verified.claims.sub, 'jo')
      assert.equal(verified.type, 'jwt')
    })

  const hostile: Record<string, [token: (sso: TestIssuer) => string, reason: RegExp]> = {
    'that is signed by nobody': [(sso) => unsignedJwt(claimsOf(sso)), /algorithm/],
    'whose public key is taken for a secret': [
      (sso) =>
        signWithSecret(claimsOf(sso), String(own.publicKey.export({ type: 'spki', format: 'pem' })), {
          kid: 'own',
        }),
      /algorithm/,
    ],
    'that has expired': [(sso) => token(sso, { exp: seconds(sso) - 61 }), /^has expired/],
    'that never expires': [(sso) => token(sso, { exp: undefined }), /^has no claim exp$/],
    'whose end is no number': [(sso) => token(sso, { exp: 'never' }), /wrong exp/],
    'that is not valid yet': [(sso) => token(sso, { nbf: seconds(sso) + 61 }), /^is not valid yet/],
    'for another audience': [(sso) => token(sso, { aud: ['other', 'app2'] }), /^is for another audience/],
    'without an audience': [(sso) => token(sso, { aud: undefined }), /^has no claim aud$/],
    'of another issuer': [(sso) => token(sso, { iss: 'https://evil.example' }), /^is of another issuer/],
    'of the issuer with a slash': [(sso) => token(sso, { iss: `${sso.url}/` }), /^is of another issuer/],
    'whose claims were changed': [(sso) => changed(token(sso)), /^has a signature/],
    'of another key with the same name': [
      (sso) => signJwt(claimsOf(sso), makeKey('ES256', 'own')),
      /^has a signature/,
    ],
    'by an unknown key': [(sso) => signJwt(claimsOf(sso), makeKey('ES256', 'new')), /does not have \(kid\)$/],
    'with a header that nobody understands': [
      (sso) => signJwt(claimsOf(sso), own, { crit: ['exp'] }),
      /is not a signed|cannot be used/,
    ],
    'that is encrypted': [() => 'e30.e30.e30.e30.e30', /^is not a signed/],
    'that is no token': [() => 'opaque', /^is not a signed/],
    'whose header is null': [() => 'bnVsbA.e30.e30', /^is not a signed/],
    'whose claims are a list': [(sso) => signJwt([sso.url], own), /another issuer/],
    'of another type': [(sso) => signJwt(claimsOf(sso), own, { typ: 'at+jwt' }), /type/],
    'without a type': [(sso) => signJwt(claimsOf(sso), own, { typ: undefined }), /type/],
    'that is huge': [(sso) => token(sso, { x: 'x'.repeat(70_000) }), /^is longer than/],
    'that is old': [(sso) => token(sso, { iat: seconds(sso) - 3700 }), /^is too old/],
    'from the future': [(sso) => token(sso, { iat: seconds(sso) + 70 }), /^is from the future/],
  }
  for (const [what, [make, reason]] of Object.entries(hostile))
    it(`refuses a token ${what}`, async (t) => {
      const sso = await startIssuer(t)
      sso.keys = [own.jwk]
      const verified = await sso
        .issuer()
        .verify(make(sso), { ...expected, types: ['jwt'], maxAgeSeconds: 3600 })
      assert.ok(verified.kind === 'refused', JSON.stringify(verified))
      assert.match(verified.reason, reason)
    })

  it('takes times that differ by a minute, a type in any spelling, and one audience of several', async (t) => {
    const sso = await startIssuer(t)
    sso.keys = [own.jwk]
    const given = { exp: seconds(sso) - 59, nbf: seconds(sso) + 60, aud: ['other', 'app'] }
    const jwt = signJwt({ ...claimsOf(sso), ...given }, own, { typ: 'Application/AT+JWT' })
    const verified = await sso.issuer().verify(jwt, { audience: ['x', 'app'], types: ['at+jwt'] })
    assert.deepEqual([verified.kind, 'type' in verified && verified.type], ['verified', 'at+jwt'])
  })

  for (const [what, jwk] of Object.entries({
    'for encryption': { ...own.jwk, use: 'enc' },
    'that only signs': { ...own.jwk, key_ops: ['sign'] },
    'for another algorithm': { ...own.jwk, alg: 'ES512' },
    'of another type': { ...makeKey('EdDSA').jwk, kid: 'own', alg: undefined },
    'that is not one': { kty: 'EC', crv: 'P-256', kid: 'own', x: 'AQAB', y: 'AQAB' },
    'that is private': { ...own.privateKey.export({ format: 'jwk' }), kid: 'own' },
  }))
    it(`does not use a key ${what}`, async (t) => {
      const sso = await startIssuer(t)
      sso.keys = [null as unknown as object, {}, { kty: 'unknown' }, jwk]
      const verified = await sso.issuer().verify(token(sso), expected)
      assert.equal(verified.kind, 'refused')
    })

  it('does not use a key of RSA that is short', async (t) => {
    const sso = await startIssuer(t)
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'short' }
    sso.keys = [jwk]
    const jwt = signJwt(claimsOf(sso), { privateKey, publicKey, alg: 'RS256', kid: 'short', jwk })
    const verified = await sso.issuer().verify(jwt, expected)
    assert.match(verified.kind === 'refused' ? verified.reason : '', /2048 bits/)
  })

  it('tries each key that a token may mean: without a kid, or with that of several', async (t) => {
    const sso = await startIssuer(t)
    const unnamed = makeKey('ES256')
    sso.keys = [makeKey('ES256').jwk, makeKey('ES256', 'own').jwk, unnamed.jwk, own.jwk]
    const issuer = sso.issuer()
    for (const jwt of [signJwt(claimsOf(sso), unnamed), token(sso)])
      assert.equal((await issuer.verify(jwt, expected)).kind, 'verified')
    const wrong = signJwt(claimsOf(sso), makeKey('ES256'))
    assert.equal((await issuer.verify(wrong, expected)).kind, 'refused')
  })

  it('asks for the keys once in 30 s, however many tokens have unknown ones', async (t) => {
    const sso = await started(t)
    const issuer = sso.issuer()
    await issuer.verify(token(sso), expected)
    const made = makeKey('ES256', 'made up')
    const jwt = signJwt(claimsOf(sso), made)
    const ask = () => issuer.verify(jwt, expected)
    const kinds = async (times: number) =>
      (await Promise.all(Array.from({ length: times }, ask))).map((one) => one.kind)
    assert.deepEqual(new Set(await kinds(300)), new Set(['refused']))
    assert.equal(countOf(sso, keysPath), 1)
    sso.pass(30_000)
    sso.keys = [own.jwk, made.jwk]
    assert.deepEqual(new Set(await kinds(300)), new Set(['verified']))
    assert.deepEqual([countOf(sso, keysPath), countOf(sso, discoveryPath)], [2, 1])
  })

  it('learns a new key that has no name, too', async (t) => {
    const sso = await startIssuer(t)
    const [old, next] = [makeKey('ES256'), makeKey('ES256')]
    sso.keys = [old.jwk]
    const issuer = sso.issuer()
    await issuer.verify(signJwt(claimsOf(sso), old), expected)
    sso.pass(30_000)
    sso.keys = [next.jwk]
    assert.equal((await issuer.verify(signJwt(claimsOf(sso), next), expected)).kind, 'verified')
  })

  it('goes on with the keys that it has for a day while they cannot be fetched', async (t) => {
    const sso = await started(t)
    const failures: unknown[] = []
    const issuer = sso.issuer({ onStaleKeys: (failure) => failures.push(failure) })
    await issuer.verify(token(sso), expected)
    sso.answers.set(keysPath, (response) => response.writeHead(503).end('<html>away</html>'))
    sso.pass(43_200_000)
    await issuer.verify(token(sso), expected)
    await untilTrue('the failure is told', () => failures.length > 0)
    assert.match(String(failures[0]), /503/)
    sso.pass(43_199_000)
    assert.equal((await issuer.verify(token(sso), expected)).kind, 'verified')
    sso.pass(1000)
    await assert.rejects(issuer.verify(token(sso), expected), { code: 'SSO_UNAVAILABLE', message: /503/ })
  })

  it('asks anew for keys after ten minutes, so that a withdrawn one counts no longer', async (t) => {
    const sso = await started(t)
    const issuer = sso.issuer()
    await issuer.verify(token(sso), expected)
    sso.keys = [makeKey('ES256', 'other').jwk]
    sso.pass(599_000)
    assert.equal((await issuer.verify(token(sso), expected)).kind, 'verified')
    assert.equal(countOf(sso, keysPath), 1)
    sso.pass(1000)
    // This call makes the keys be fetched; it waits neither for them nor uses them.
    assert.equal((await issuer.verify(token(sso), expected)).kind, 'verified')
    const unknown = signJwt(claimsOf(sso), makeKey('ES256', 'unknown'))
    assert.equal((await issuer.verify(unknown, expected)).kind, 'refused')
    assert.equal(countOf(sso, keysPath), 2)
    assert.equal((await issuer.verify(token(sso), expected)).kind, 'refused')
  })

  it('does not call a token wrong whose key is unknown because the keys are away', async (t) => {
    const sso = await started(t)
    const issuer = sso.issuer()
    await issuer.verify(token(sso), expected)
    sso.answers.set(keysPath, (response) => response.writeHead(503).end())
    sso.pass(30_000)
    const unknown = signJwt(claimsOf(sso), makeKey('ES256', 'unknown'))
    for (let times = 0; times < 3; times++)
      await assert.rejects(issuer.verify(unknown, expected), { code: 'SSO_UNAVAILABLE' })
    assert.equal(countOf(sso, keysPath), 2)
    assert.equal((await issuer.verify(token(sso), expected)).kind, 'verified')
  })

  it('asks for no keys where the token is of another issuer', async (t) => {
    const sso = await started(t)
    await sso.issuer().verify(token(sso, { iss: 'https://evil.example' }), expected)
    assert.deepEqual(sso.asked, [])
  })

  for (const [what, answer, error] of [
    ['a page of 503', [503, '<html>'], { code: 'SSO_UNAVAILABLE', message: /503 \(sso\.issuer\)$/ }],
    ['a page in HTML', [200, '<html>'], { code: 'SSO_BAD_ANSWER', message: /list of keys \(sso\.issuer\)$/ }],
    ['a list', [200, '[]'], { code: 'SSO_BAD_ANSWER' }],
    ['no list of keys', [200, '{"keys":{}}'], { code: 'SSO_BAD_ANSWER' }],
    [
      'more than a megabyte',
      [200, `{"keys":[]${' '.repeat(1024 * 1024)}}`],
      { code: 'SSO_BAD_ANSWER', message: /larger/ },
    ],
    ['a redirect', [302, ''], { code: 'SSO_BAD_ANSWER', message: /302/ }],
    ['429', [429, ''], { code: 'SSO_BUSY', retryAfterSeconds: 7 }],
  ] as const)
    it(`fails where the keys are ${what}, and asks once in 30 s`, async (t) => {
      const sso = await startIssuer(t)
      sso.answers.set(keysPath, (response) =>
        response.writeHead(answer[0], { 'retry-after': '7', location: discoveryPath }).end(answer[1]),
      )
      const issuer = sso.issuer()
      for (let times = 0; times < 3; times++) await assert.rejects(issuer.verify(token(sso), expected), error)
      assert.equal(countOf(sso, keysPath), 1)
      sso.answers.clear()
      sso.keys = [own.jwk]
      sso.pass(30_000)
      assert.equal((await issuer.verify(token(sso), expected)).kind, 'verified')
    })
})

async function started(t: TestContext): Promise<TestIssuer> {
  const sso = await startIssuer(t)
  sso.keys = [own.jwk]
  return sso
}

const seconds = (sso: TestIssuer) => Math.floor(sso.clock.nowMs / 1000)

function claimsOf(sso: TestIssuer): Record<string, unknown> {
  return { iss: sso.url, aud: 'app', sub: 'jo', iat: seconds(sso), exp: seconds(sso) + 90_000 }
}

function token(sso: TestIssuer, claims: object = {}): string {
  return signJwt({ ...claimsOf(sso), ...claims }, own)
}

function changed(jwt: string): string {
  const [header, claims = '', signature] = jwt.split('.')
  const text = Buffer.from(claims, 'base64url').toString().replace('"jo"', '"ho"')
  return [header, Buffer.from(text).toString('base64url'), signature].join('.')
}

const countOf = (sso: TestIssuer, path: string) => sso.asked.filter((asked) => asked === path).length
