import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { takeActivatedSocket } from '../../../../src/cli/serve/activated-socket.ts'

describe('takeActivatedSocket', () => {
  it('takes the one socket that is meant for this process, and tells no child of it', () => {
    const env = { LISTEN_PID: '17', LISTEN_FDS: '1', LISTEN_FDNAMES: 'web', PATH: '/bin' }
    assert.deepEqual(takeActivatedSocket(env, 17), { fd: 3 })
    assert.deepEqual(env, { PATH: '/bin' })
  })

  it('has none where it is meant for another process, or there is none', () => {
    for (const env of [
      {},
      { LISTEN_PID: '18', LISTEN_FDS: '1' },
      { LISTEN_PID: '17' },
      { LISTEN_PID: '17', LISTEN_FDS: '0' },
    ])
      assert.equal(takeActivatedSocket(env, 17), undefined)
  })

  it('refuses several, which it could not tell apart', () => {
    assert.throws(
      () => takeActivatedSocket({ LISTEN_PID: '17', LISTEN_FDS: '2' }, 17),
      /one socket .*LISTEN_FDS=2/,
    )
  })
})
