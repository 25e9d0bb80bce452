import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRecentCache } from '../../../src/session/recent-cache.ts'

describe('createRecentCache', () => {
  it('gives what was set, and nothing else', () => {
    const recent = createRecentCache<number>(10)
    recent.set('a', 1)
    assert.equal(recent.get('a'), 1)
    assert.equal(recent.get('b'), undefined)
  })

  it('forgets what nobody asked for, and keeps what somebody did', () => {
    const recent = createRecentCache<number>(10)
    recent.set('asked for', 1)
    recent.set('forgotten', 2)
    for (let index = 0; index < 20; index++) {
      recent.set(`other ${index}`, index)
      assert.equal(recent.get('asked for'), 1)
    }
    assert.equal(recent.get('forgotten'), undefined)
  })
})
