import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { readSigningKey } from '../../../../src/config/consistency/signing-key.ts'

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
const spki = { type: 'spki', format: 'pem' } as const
const encodings = { publicKeyEncoding: spki, privateKeyEncoding: pkcs8 }

describe('readSigningKey', () => {
  for (const [algorithm, pem] of [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048, ...encodings }).privateKey],
    [
      'RS256',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
    ],
    ['PS256', generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...encodings }).privateKey],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256', ...encodings }).privateKey],
    ['EdDSA', generateKeyPairSync('ed25519', encodings).privateKey],
  ] as const)
    it(`finds ${algorithm} for ${pem.toString().split('\n')[0]}`, () => {
      assert.equal(readSigningKey(pem.toString())?.algorithm, algorithm)
    })

  const locked = { ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'secret' }
  for (const [what, pem] of [
    ['a short RSA key', generateKeyPairSync('rsa', { modulusLength: 1024, ...encodings }).privateKey],
    ['another curve', generateKeyPairSync('ec', { namedCurve: 'P-384', ...encodings }).privateKey],
    ['a key that signs nothing', generateKeyPairSync('x25519', encodings).privateKey],
    ['a public key', generateKeyPairSync('ed25519', encodings).publicKey],
    ['a key with a passphrase', generateKeyPairSync('ed25519').privateKey.export(locked).toString()],
    ['other text', 'hunter2'],
    ['no text', ''],
  ] as const)
    it(`takes ${what} for none`, () => {
      assert.equal(readSigningKey(String(pem)), undefined)
    })
})
