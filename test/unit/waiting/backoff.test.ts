import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { backOff } from '../../../src/waiting/backoff.ts'

describe('backOff', () => {
  it('ends at once when the signal fires', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const leaving = new AbortController()
    let isOver = false
    const waiting = backOff(50, () => 0.999, leaving.signal).then(() => {
      isOver = true
    })
    t.mock.timers.tick(1990)
    await Promise.resolve()
    assert.equal(isOver, false)
    leaving.abort()
    await waiting
  })

  it('does not begin when the signal has fired', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    assert.equal(await backOff(50, () => 0.999, AbortSignal.abort()), undefined)
  })

  it('waits not at all when chance says so', async () => {
    await backOff(50, () => 0, new AbortController().signal)
  })
})
