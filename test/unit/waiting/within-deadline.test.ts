import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { withinDeadline } from '../../../src/waiting/within-deadline.ts'

describe('withinDeadline', () => {
  const never = new Promise<string>(() => {})
  const notLate = () => assert.fail('it was not late')

  it('has the outcome of work that ends in time, and calls nothing later', async () => {
    assert.equal(await withinDeadline(Promise.resolve('done'), 1, notLate), 'done')
    await assert.rejects(withinDeadline(Promise.reject(new Error('broken')), 1, notLate), /broken/)
    await sleep(10)
  })

  it('has the value that is given for late work, once its time is over', async () => {
    const startedAt = performance.now()
    assert.equal(await withinDeadline(never, 20, (timeoutMs) => `${timeoutMs} ms`), '20 ms')
    assert.ok(performance.now() - startedAt >= 18)
  })

  it('fails with what is thrown for late work, or given as a failure', async () => {
    const late = () => new Error('late')
    await assert.rejects(
      withinDeadline(never, 1, () => {
        throw late()
      }),
      /late/,
    )
    await assert.rejects(
      withinDeadline(never, 1, () => Promise.reject(late())),
      /late/,
    )
  })

  it('goes on waiting for late work that is given up', async () => {
    let giveUp = () => {}
    const work = new Promise<string>((_, reject) => {
      giveUp = () => reject(new Error('given up'))
    })
    const outcome = withinDeadline(work, 1, () => {
      giveUp()
      return work
    })
    await assert.rejects(outcome, /given up/)
  })

  it('passes over a failure that comes too late', async () => {
    let fail = (_: Error) => {}
    const work = new Promise<string>((_, reject) => {
      fail = reject
    })
    assert.equal(await withinDeadline(work, 1, () => 'late'), 'late')
    fail(new Error('too late'))
    await new Promise(setImmediate)
  })
})
