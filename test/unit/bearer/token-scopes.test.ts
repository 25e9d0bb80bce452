import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hasScopes } from '../../../src/bearer/token-scopes.ts'

describe('hasScopes', () => {
  it('wants every scope, wherever the server puts them', () => {
    for (const claims of [
      { scope: 'a read b' },
      { scope: ['read', 'a'] },
      { scp: 'a read' },
      { scp: ['a', 'read'] },
    ])
      assert.equal(hasScopes(claims, ['read', 'a']), true, JSON.stringify(claims))
  })

  it('takes no part of a scope, and no other form, for one', () => {
    for (const claims of [
      {},
      { scope: 'reads a' },
      { scope: 'read' },
      { scope: 'a', scp: 'read' },
      { scope: 7 },
    ])
      assert.equal(hasScopes(claims, ['read', 'a']), false, JSON.stringify(claims))
    assert.equal(hasScopes({ scope: { read: true } }, ['read']), false)
  })

  it('wants nothing where no scope is wanted', () => {
    assert.equal(hasScopes({}, []), true)
  })
})
