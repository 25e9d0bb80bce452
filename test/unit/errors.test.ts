import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { messageOf } from '../../src/errors.ts'

describe('messageOf', () => {
  it('has words for whatever was thrown', () => {
    assert.equal(messageOf(new Error('a')), 'a')
    assert.equal(messageOf('b'), 'b')
    assert.equal(messageOf(undefined), 'undefined')
    // As Node throws it for a host of which no address can be reached.
    assert.equal(messageOf(new AggregateError([new Error('c'), new Error('d')])), 'c; d')
    assert.equal(messageOf(new AggregateError([], 'e')), 'e')
  })
})
