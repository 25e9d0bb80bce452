import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseSecureUrl } from '../../../../../src/cli/fetch/token/secure-url.ts'

describe('parseSecureUrl', () => {
  it('takes https, and http of this machine where that is allowed', () => {
    assert.equal(parseSecureUrl('https://sso.example.com/a', false)?.href, 'https://sso.example.com/a')
    assert.equal(parseSecureUrl('http://127.0.0.1:1/a', true)?.href, 'http://127.0.0.1:1/a')
    assert.equal(parseSecureUrl('http://127.0.0.1:1/a', false), undefined)
    assert.equal(parseSecureUrl('http://sso.example.com/a', true), undefined)
  })

  for (const value of [
    undefined,
    7,
    '',
    'sso.example.com',
    'javascript:alert(1)',
    'file:///etc',
    'https://a:b@h/',
    'https://h/\n',
    'https://\u202eh/',
  ])
    it(`refuses ${value}`, () => {
      assert.equal(parseSecureUrl(value, true), undefined)
    })
})
