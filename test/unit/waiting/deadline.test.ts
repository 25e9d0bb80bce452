import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Deadline } from '../../../src/waiting/deadline.ts'

describe('Deadline', () => {
  it('counts down by the clock it is given, never below what a timer can wait', () => {
    let now = 1000
    const deadline = new Deadline(50, () => now)
    assert.deepEqual([deadline.remainingMs, deadline.isOver], [50, false])
    now = 1040
    assert.deepEqual([deadline.remainingMs, deadline.isOver], [10, false])
    now = 1049
    assert.deepEqual([deadline.remainingMs, deadline.isOver], [1, true])
    now = 1050
    assert.deepEqual([deadline.remainingMs, deadline.isOver], [1, true])
  })
})
