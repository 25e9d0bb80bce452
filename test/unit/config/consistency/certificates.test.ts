import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { certificateProblem, readCertificate } from '../../../../src/config/consistency/certificates.ts'
import { localhostTls } from '../../../helpers/network/localhost-tls.ts'

const { cert, key } = localhostTls
const { privateKey } = generateKeyPairSync('ed25519')

describe('certificateProblem', () => {
  it('has none with a certificate and its key, also with more certificates behind it', () => {
    assert.equal(certificateProblem(cert, key), undefined)
    assert.equal(certificateProblem(`${cert}\n${cert}`, key), undefined)
  })

  for (const [what, badCert, badKey, of, says] of [
    ['no certificate', '', key, 'cert', /expected a certificate in PEM/],
    ['a certificate that is cut short', cert.slice(0, 200), key, 'cert', /expected a certificate in PEM/],
    ['no key', cert, 'canary', 'key', /expected a private key in PEM/],
    [
      'the key of another one',
      cert,
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'key',
      /is not the key of the first certificate/,
    ],
    [
      'a key with a passphrase',
      cert,
      privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' })
        .toString(),
      'key',
      /without a passphrase/,
    ],
  ] as const) {
    it(`says what is wrong with ${what}, and repeats nothing of it`, () => {
      const problem = certificateProblem(badCert, badKey)
      assert.equal(problem?.of, of)
      assert.match(problem?.message ?? '', says)
      assert.doesNotMatch(problem?.message ?? '', /canary/)
    })
  }
})

describe('readCertificate', () => {
  it('reads the first certificate of a text, and nothing else', () => {
    assert.match(readCertificate(cert)?.subject ?? '', /s3proxy test CA/)
    for (const text of ['', key, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])
      assert.equal(readCertificate(text), undefined)
  })
})
