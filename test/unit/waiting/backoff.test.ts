import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { backOff } from '../../../src/waiting/backoff.ts'

describe('backOff', () => {
  it('ends at once when the signal fires', async () => {
    const leaving = new AbortController()
    const waiting = backOff(50, () => 0.999, leaving.signal)
    leaving.abort()
    await assert.rejects(waiting, { name: 'TransportError', failure: 'cancelled' })
  })

  it('does not begin when the signal has fired', async () => {
    await assert.rejects(
      backOff(50, () => 0.999, AbortSignal.abort()),
      { name: 'TransportError', failure: 'cancelled' },
    )
  })

  it('waits not at all when chance says so', async () => {
    await backOff(50, () => 0, new AbortController().signal)
  })
})
