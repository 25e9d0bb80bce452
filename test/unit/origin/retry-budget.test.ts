import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRetryBudget } from '../../../src/origin/retry-budget.ts'

describe('createRetryBudget', () => {
  it('allows half a retry a request in the long run, beside a small reserve', () => {
    const budget = createRetryBudget()
    let retries = 0
    for (let request = 0; request < 1000; request++) {
      budget.earn()
      while (budget.spend()) retries++
    }
    assert.ok(retries >= 500 && retries <= 510, `${retries} retries`)
  })

  it('does not save up for worse times', () => {
    const budget = createRetryBudget()
    for (let request = 0; request < 1000; request++) budget.earn()
    let retries = 0
    while (budget.spend()) retries++
    assert.equal(retries, 10)
  })
})
