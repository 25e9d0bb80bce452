import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cookieNameFor, readCookies, writeCookie } from '../../../src/session/cookies.ts'

describe('readCookies', () => {
  it('finds a value wherever it stands', () => {
    for (const header of ['a=1', 'x=2; a=1', 'x=2;a=1', 'x=2;\ta=1', 'a=1; x=2', ' a=1 ;x=2'])
      assert.deepEqual(readCookies(header, 'a'), ['1'], header)
  })

  it('gives every value of a name, each once and in order', () => {
    assert.deepEqual(readCookies('a=1; b=2; a=3; a=1', 'a'), ['1', '3'])
  })

  it('takes no other name, and no value, for the name', () => {
    for (const header of ['ba=1', 'a.b=1', 'x=a=1', 'x=; aa=1', 'a', 'a;a', '__Host-a=1', 'A=1'])
      assert.deepEqual(readCookies(header, 'a'), [], header)
  })

  it('goes through headers that make no sense', () => {
    for (const header of ['', ';;;', '=', '=;=', 'a', 'x="a=1', '\u00e4=\u00f6', '%=%zz; __proto__=x'])
      assert.deepEqual(readCookies(header, 'a'), [], header)
    assert.deepEqual(readCookies('a=%zz', 'a'), ['%zz'])
    assert.deepEqual(readCookies('a=', 'a'), [''])
    assert.deepEqual(readCookies(undefined, 'a'), [])
  })

  it('stops at four', () => {
    const header = Array.from({ length: 100 }, (_, index) => `a=${index}`).join('; ')
    assert.deepEqual(readCookies(header, 'a'), ['0', '1', '2', '3'])
  })
})

describe('writeCookie', () => {
  const settings = { name: 's', sameSite: 'none' as const }

  it('is bound to the host on https', () => {
    assert.equal(
      writeCookie(settings, 'v', 60, true),
      '__Host-s=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None',
    )
    assert.equal(cookieNameFor('s', true), '__Host-s')
  })

  it('is what browsers keep on http', () => {
    assert.equal(writeCookie(settings, 'v', 60, false), 's=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax')
  })
})
