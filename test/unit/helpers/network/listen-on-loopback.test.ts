import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { canConnect } from '../../../helpers/network/can-connect.ts'
import { closed } from '../../../helpers/network/closed.ts'
import { listenOnLoopback } from '../../../helpers/network/listen-on-loopback.ts'

describe('listenOnLoopback', { timeout: 60_000 }, () => {
  it('listens until it is closed, leaves no connection open, and listens there again', async () => {
    const server = createServer()
    const { port, origin, close, open } = await listenOnLoopback(server)
    assert.equal(origin, `http://127.0.0.1:${port}`)
    const client = connect(port, '127.0.0.1')
    await once(server, 'connection')
    await Promise.all([close(), closed(client)])
    assert.equal(await canConnect(port), false)
    await close()
    await open()
    assert.equal(await canConnect(port), true)
    await close()
  })

  it('closes with the test', async () => {
    const afterwards: (() => unknown)[] = []
    const { port } = await listenOnLoopback(createServer(), {
      after: (fn) => void afterwards.push(fn as () => unknown),
    })
    for (const run of afterwards) await run()
    assert.equal(await canConnect(port), false)
  })
})
