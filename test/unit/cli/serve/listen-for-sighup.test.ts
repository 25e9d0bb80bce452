import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { createHangup } from '../../../../src/cli/serve/listen-for-sighup.ts'

describe('createHangup', () => {
  afterEach(() => void process.removeAllListeners('SIGHUP'))

  it('tells of each SIGHUP, and once of those that came before anybody listened', () => {
    const hangup = createHangup(() => false)
    process.emit('SIGHUP')
    process.emit('SIGHUP')
    let count = 0
    hangup.each(() => count++)
    assert.equal(count, 1)
    process.emit('SIGHUP')
    assert.equal(count, 2)
  })

  it('lets the signal end the process when its terminal was closed', (t) => {
    createHangup(() => true).each(() => assert.fail('nothing is to be read again'))
    const kill = t.mock.method(process, 'kill', () => true)
    process.emit('SIGHUP')
    assert.deepEqual(
      kill.mock.calls.map((call) => call.arguments),
      [[process.pid, 'SIGHUP']],
    )
    assert.equal(process.listenerCount('SIGHUP'), 0, 'nobody is in its way')
  })
})
