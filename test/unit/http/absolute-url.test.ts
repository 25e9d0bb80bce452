import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isAbsoluteUrl } from '../../../src/http/absolute-url.ts'

describe('isAbsoluteUrl', () => {
  it('knows a URL from a path', () => {
    for (const url of ['https://h/a', 'HTTPS://h', 'http://127.0.0.1:1/'])
      assert.equal(isAbsoluteUrl(url), true)
    for (const key of ['reports/a.pdf', 'https', 'https:/a', 'ftp://h/a', '/https://h/a'])
      assert.equal(isAbsoluteUrl(key), false)
  })
})
