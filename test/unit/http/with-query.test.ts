import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withQuery } from '../../../src/http/with-query.ts'

describe('withQuery', () => {
  it('begins a query, or goes on with the one that is there', () => {
    const query = new URLSearchParams({ a: 'b c' })
    assert.equal(withQuery('https://h/p', query), 'https://h/p?a=b+c')
    assert.equal(withQuery('https://h/p?x=1', query), 'https://h/p?x=1&a=b+c')
  })
})
