import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { listenForSighup } from '../../../../src/cli/serve/listen-for-sighup.ts'

describe('listenForSighup', () => {
  afterEach(() => void process.removeAllListeners('SIGHUP'))

  it('tells of each SIGHUP, and once of those that came before anybody listened', () => {
    const sighup = listenForSighup(() => false)
    process.emit('SIGHUP')
    process.emit('SIGHUP')
    let count = 0
    sighup.each(() => count++)
    assert.equal(count, 1)
    process.emit('SIGHUP')
    assert.equal(count, 2)
  })

  it('lets the signal end the process when its terminal was closed', (t) => {
    listenForSighup(() => true).each(() => assert.fail('nothing is to be read again'))
    const kill = t.mock.method(process, 'kill', () => true)
    process.emit('SIGHUP')
    assert.deepEqual(
      kill.mock.calls.map((call) => call.arguments),
      [[process.pid, 'SIGHUP']],
    )
    assert.equal(process.listenerCount('SIGHUP'), 0, 'nobody is in its way')
  })
})
