import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keepsClaims } from '../../../src/person/keeps-claims.ts'

describe('keepsClaims', () => {
  it('takes up to 16 KiB of JSON', () => {
    const around = JSON.stringify({ a: '' }).length
    assert.equal(keepsClaims({ a: 'x'.repeat(16_384 - around) }), true)
    assert.equal(keepsClaims({ a: 'x'.repeat(16_385 - around) }), false)
    assert.equal(keepsClaims({ a: 'ü'.repeat(9000) }), false)
  })

  it('takes up to 32 levels, and looks at no more of them', () => {
    const nested = (levels: number) => ({ a: JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown })
    assert.equal(keepsClaims(nested(31)), true)
    assert.equal(keepsClaims(nested(32)), false)
    assert.equal(keepsClaims(nested(5000)), false)
  })
})
