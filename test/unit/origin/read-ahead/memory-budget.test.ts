import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemoryBudget } from '../../../../src/origin/read-ahead/memory-budget.ts'

describe('createMemoryBudget', () => {
  it('gives all of what is asked for or nothing', () => {
    const budget = createMemoryBudget(10)
    assert.equal(budget.take(6), true)
    assert.equal(budget.take(5), false)
    assert.equal(budget.takenBytes, 6)
    assert.equal(budget.take(4), true)
    budget.give(6)
    assert.equal(budget.takenBytes, 4)
    assert.equal(budget.take(6), true)
  })
})
