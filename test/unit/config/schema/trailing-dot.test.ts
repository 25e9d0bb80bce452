import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withoutTrailingDot } from '../../../../src/config/schema/trailing-dot.ts'

describe('withoutTrailingDot', () => {
  for (const [given, expected] of [
    ['https://sso.example.com./', 'https://sso.example.com/'],
    ['https://sso.example.com.', 'https://sso.example.com'],
    ['https://sso.example.com.:8443/a./', 'https://sso.example.com:8443/a./'],
    ['rediss://user:p.@redis.example.com.:6380/0', 'rediss://user:p.@redis.example.com:6380/0'],
    ['https://s3.example.com.?a.', 'https://s3.example.com?a.'],
    ['https://s3.example.com/a./', 'https://s3.example.com/a./'],
    ['https://[::1]:9000/', 'https://[::1]:9000/'],
    ['not a url.', 'not a url.'],
  ] as const) {
    it(`makes ${expected} of ${given}`, () => {
      assert.equal(withoutTrailingDot(given), expected)
    })
  }
})
