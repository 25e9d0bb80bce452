import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cancellation } from '../../../src/waiting/cancellation.ts'

describe('Cancellation', () => {
  it('calls each listener once, in order, and says so from then on', () => {
    const cancellation = new Cancellation()
    const called: string[] = []
    cancellation.addEventListener('abort', () => called.push(`first, aborted: ${cancellation.aborted}`))
    cancellation.addEventListener('abort', () => called.push('second'))
    assert.equal(cancellation.aborted, false)
    cancellation.abort()
    cancellation.abort()
    assert.deepEqual(called, ['first, aborted: true', 'second'])
    assert.equal(cancellation.aborted, true)
  })

  it('keeps every other listener when one is removed that is not there', () => {
    const cancellation = new Cancellation()
    const called: string[] = []
    cancellation.addEventListener('abort', () => called.push('kept'))
    cancellation.removeEventListener('abort', () => called.push('unknown'))
    cancellation.abort()
    assert.deepEqual(called, ['kept'])
  })

  it('does not call a listener that was removed, be it by one before it', () => {
    const cancellation = new Cancellation()
    const called: string[] = []
    const third = () => called.push('third')
    const first = () => {
      called.push('first')
      cancellation.removeEventListener('abort', third)
    }
    const gone = () => called.push('gone')
    cancellation.addEventListener('abort', first)
    cancellation.addEventListener('abort', gone)
    cancellation.addEventListener('abort', third)
    cancellation.removeEventListener('abort', gone)
    cancellation.abort()
    assert.deepEqual(called, ['first'])
  })
})
