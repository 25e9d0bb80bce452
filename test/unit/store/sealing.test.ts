import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nameOf, newSecret, seal, toSecret, unseal } from '../../../src/store/sealing.ts'

const secret = newSecret()

describe('seal', () => {
  it('hides a text that only the secret and the purpose open', () => {
    const text = 'token ä \u0000 \ud83d\udd11'
    const sealed = seal(text, secret, 'session')
    assert.equal(unseal(sealed, secret, 'session'), text)
    assert.equal(unseal(sealed, newSecret(), 'session'), undefined)
    assert.equal(unseal(sealed, secret, 'login'), undefined)
    assert.ok(!Buffer.from(sealed, 'base64url').includes('token'))
  })

  it('never gives the same twice', () => {
    assert.notEqual(seal('x', secret, 'p'), seal('x', secret, 'p'))
  })

  it('seals the empty text', () => {
    assert.equal(unseal(seal('', secret, 'p'), secret, 'p'), '')
  })
})

describe('unseal', () => {
  it('opens nothing of which one bit is another', () => {
    for (const text of ['some text', 'some texts', 'some text..']) {
      const bytes = Buffer.from(seal(text, secret, 'p'), 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const forged = Buffer.from(bytes)
        forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.equal(unseal(forged.toString('base64url'), secret, 'p'), undefined)
      }
    }
  })

  it('opens nothing of which one character is another', () => {
    for (const text of ['some text', 'some texts', 'some text..']) {
      const sealed = seal(text, secret, 'p')
      for (let at = 0; at < sealed.length; at++)
        for (const other of ['A', 'B', 'g', '_', '=', ' ', '+', '\n', 'ä']) {
          if (sealed[at] === other) continue
          const forged = sealed.slice(0, at) + other + sealed.slice(at + 1)
          assert.equal(unseal(forged, secret, 'p'), undefined, `${at} ${other}`)
        }
    }
  })

  it('opens nothing shorter or longer', () => {
    const sealed = seal('some text', secret, 'p')
    for (let length = 0; length < sealed.length; length++)
      assert.equal(unseal(sealed.slice(0, length), secret, 'p'), undefined)
    for (const more of ['A', 'AAAA', '=', ' ', '\n'])
      assert.equal(unseal(sealed + more, secret, 'p'), undefined)
  })
})

describe('toSecret', () => {
  it('takes what newSecret made, and nothing of another form', () => {
    assert.equal(toSecret(secret), secret)
    for (const text of [
      undefined,
      '',
      'x',
      `${secret}A`,
      secret.slice(1),
      `${secret.slice(1)}+`,
      `${secret}\n`,
    ])
      assert.equal(toSecret(text), undefined)
  })

  it('has 256 bits, and a name that does not tell them', () => {
    assert.equal(Buffer.from(secret, 'base64url').length, 32)
    assert.match(nameOf(secret), /^[\w-]{43}$/)
    assert.notEqual(nameOf(secret), nameOf(newSecret()))
  })
})
