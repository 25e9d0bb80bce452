import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { redirect } from '../../../src/http/redirect.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'

describe('redirect', () => {
  it('is absolute and kept by nobody', () => {
    const reply = redirect('https://assets.example.com//evil.example', 'a=b')
    assert.equal(new URL(headerIn(reply.headers, 'location') ?? '').host, 'assets.example.com')
    assert.ok(reply.headers.join().includes('cache-control,no-store,referrer-policy,no-referrer'))
    for (const location of ['//evil.example', '/a', 'javascript:x', ' https://a', 'ftp://a'])
      assert.throws(() => redirect(location))
  })
})
