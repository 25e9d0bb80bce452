import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostsLike, originOf } from '../../../src/http/site.ts'

describe('originOf', () => {
  it('puts the scheme before the host', () => {
    assert.equal(originOf({ host: 'a.example.com:8443', isSecure: true }), 'https://a.example.com:8443')
    assert.equal(originOf({ host: '[::1]', isSecure: false }), 'http://[::1]')
  })
})

describe('hostsLike', () => {
  it('gives names the port of the host', () => {
    assert.deepEqual(hostsLike('a.example.com:8443', ['b', 'c']), ['b:8443', 'c:8443'])
    assert.deepEqual(hostsLike('[::1]', ['b', '[::2]']), ['b', '[::2]'])
  })
})
