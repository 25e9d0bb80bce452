import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isInTheClear, isLoopback } from '../../../src/http/loopback.ts'

describe('isLoopback', () => {
  it('knows this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.0.1', '[::1]']) assert.equal(isLoopback(host), true)
    for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '[::2]', ''])
      assert.equal(isLoopback(host), false)
  })
})

describe('isInTheClear', () => {
  it('is about http to other machines', () => {
    for (const url of ['http://sso.example.com/', 'http://10.0.0.1:8080', 'http://localhost.example.com/a'])
      assert.equal(isInTheClear(url), true)
    for (const url of [
      'https://sso.example.com/',
      'http://localhost:8080',
      'http://127.1/',
      'http://[::1]:80/a',
    ])
      assert.equal(isInTheClear(url), false)
  })
})
