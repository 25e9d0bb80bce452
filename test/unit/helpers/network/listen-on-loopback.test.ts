import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { canConnect } from '../../../helpers/network/can-connect.ts'
import { closed } from '../../../helpers/network/closed.ts'
import { listenOnLoopback } from '../../../helpers/network/listen-on-loopback.ts'

describe('listenOnLoopback', { timeout: 60_000 }, () => {
  it('listens until it is closed, and leaves no connection open', async () => {
    const server = createServer()
    const { port, origin, close } = await listenOnLoopback(server)
    assert.equal(origin, `http://127.0.0.1:${port}`)
    const client = connect(port, '127.0.0.1')
    await once(server, 'connection')
    close()
    await closed(client)
    assert.equal(await canConnect(port), false)
  })

  it('closes with the test', async () => {
    const afterwards: (() => void)[] = []
    const { port } = await listenOnLoopback(createServer(), {
      after: (fn) => void afterwards.push(fn as () => void),
    })
    for (const run of afterwards) run()
    assert.equal(await canConnect(port), false)
  })
})
