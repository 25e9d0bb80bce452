import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { untilAborted } from '../../../src/waiting/until-aborted.ts'

const never = new Promise<never>(() => {})

describe('untilAborted', () => {
  it('gives the outcome of the work, and leaves no listener', async () => {
    const { signal } = new AbortController()
    assert.equal(await untilAborted(Promise.resolve(1), signal), 1)
    await assert.rejects(untilAborted(Promise.reject(new Error('away')), signal), { message: 'away' })
    assert.deepEqual(getEventListeners(signal, 'abort'), [])
  })

  it('fails with the reason of the signal, also where that was aborted before', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(never, controller.signal)
    controller.abort(new Error('interrupted'))
    await assert.rejects(waiting, { message: 'interrupted' })
    await assert.rejects(untilAborted(never, controller.signal), { message: 'interrupted' })
  })
})
