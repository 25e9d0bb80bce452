import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { answerMalformed } from '../../../src/server/malformed.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'

describe('answerMalformed', { timeout: 60_000 }, () => {
  it('bears for a second with a peer that does not close its side, and no longer', async (t) => {
    const server = createServer({ allowHalfOpen: true })
    const { port } = await listenOnLoopback(server, t)
    const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    t.after(() => peer.destroy())
    const [socket] = (await once(server, 'connection')) as [Socket]
    t.mock.timers.enable({ apis: ['setTimeout'] })
    answerMalformed({ status: 400, reason: 'HPE_INVALID_METHOD' }, socket, () => {})
    const [answer] = await once(peer, 'data')
    assert.match(String(answer), /^HTTP\/1\.1 400 /)
    t.mock.timers.tick(999)
    assert.equal(socket.destroyed, false)
    t.mock.timers.tick(1)
    assert.equal(socket.destroyed, true)
  })
})
