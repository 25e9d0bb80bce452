import assert from 'node:assert/strict'
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { describe, it } from 'node:test'
import { readSigningKey, type SigningKey } from '../../../src/config/consistency/signing-key.ts'
import { createClientAssertion } from '../../../src/sso/client-assertion.ts'

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
const keys: [SigningKey['algorithm'], KeyObject, object][] = [
  ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, {}],
  ['PS256', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey, pss],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, { dsaEncoding: 'ieee-p1363' }],
  ['EdDSA', generateKeyPairSync('ed25519').privateKey, {}],
]

describe('createClientAssertion', () => {
  for (const [algorithm, key, how] of keys)
    it(`signs by ${algorithm}, as the kind of key wants it`, () => {
      const [header = '', payload = '', signature = ''] = create(key)().split('.')
      assert.deepEqual(parse(header), { alg: algorithm, typ: 'JWT' })
      const hash = algorithm === 'EdDSA' ? null : 'sha256'
      const signed = Buffer.from(`${header}.${payload}`)
      const publicKey = { key: createPublicKey(key), ...how }
      assert.ok(verify(hash, signed, publicKey, Buffer.from(signature, 'base64url')))
    })

  it('says who it is to whom, for at most a minute, and once', () => {
    const [, key] = keys[3] as (typeof keys)[number]
    const assertion = create(key)
    const [first, second] = [claimsOf(assertion()), claimsOf(assertion())]
    const { jti, ...claims } = first
    assert.deepEqual(claims, {
      iss: 'proxy-client',
      sub: 'proxy-client',
      aud: 'https://sso.example.com/o/token/',
      iat: 1_700_000_000,
      exp: 1_700_000_060,
    })
    assert.deepEqual([jti, second.jti], ['id-1', 'id-2'])
  })
})

function create(key: KeyObject): () => string {
  let ids = 0
  const signingKey = readSigningKey(key.export({ type: 'pkcs8', format: 'pem' }).toString())
  assert.ok(signingKey !== undefined)
  return createClientAssertion({
    clientId: 'proxy-client',
    audience: 'https://sso.example.com/o/token/',
    key: signingKey,
    newId: () => `id-${++ids}`,
    now: () => 1_700_000_000_999,
  })
}

function claimsOf(assertion: string): Record<string, unknown> {
  return parse(assertion.split('.')[1] ?? '')
}

function parse(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
