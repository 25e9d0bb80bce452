import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLoopback, parseSecureUrl } from '../../../../../src/cli/fetch/token/secure-url.ts'

describe('isLoopback', () => {
  it('knows this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.0.1', '[::1]']) assert.equal(isLoopback(host), true)
    for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '[::2]', ''])
      assert.equal(isLoopback(host), false)
  })
})

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
