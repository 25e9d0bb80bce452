import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { readBody } from '../../../src/server/request-body.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'

const maxBytes = 100

describe('readBody', () => {
  it('reads a body that comes in pieces, up to its bound', async (t) => {
    const { socket, read } = await start(t)
    socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${maxBytes}\r\n\r\n`)
    socket.write('ä')
    socket.write('x'.repeat(maxBytes - 2))
    assert.equal(await read, `ä${'x'.repeat(maxBytes - 2)}`)
  })

  it('reads a chunked body', async (t) => {
    const { socket, read } = await start(t)
    socket.write(
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\na=b\r\n2\r\n&c\r\n0\r\n\r\n',
    )
    assert.equal(await read, 'a=b&c')
  })

  it('keeps nothing of a body that is too large, and does not wait for its end', async (t) => {
    const { socket, read } = await start(t)
    socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(maxBytes + 1)}`)
    assert.equal(await read, undefined)
  })

  it('has nothing of a body that breaks off', async (t) => {
    const { socket, read, begun } = await start(t)
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\nlogout_token=')
    await begun
    socket.destroy()
    assert.equal(await read, undefined)
  })

  it('has nothing of a body that comes too slowly, and does not wait for its end', async (t) => {
    const { socket, read } = await start(t, 20)
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\nlogout_token=')
    const slow = setInterval(() => socket.write('a'), 5)
    t.after(() => clearInterval(slow))
    assert.equal(await read, undefined)
  })

  it('tells a client that waits for it to send the body', async (t) => {
    const { socket, read } = await start(t)
    socket.write('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n')
    const [told] = await once(socket, 'data')
    assert.match(String(told), /^HTTP\/1\.1 100 Continue\r\n/)
    socket.write('a=b')
    assert.equal(await read, 'a=b')
  })
})

interface Started {
  socket: Socket
  /** Settles when the request has come. */
  begun: Promise<void>
  read: Promise<string | undefined>
}

async function start(t: TestContext, timeoutMs?: number): Promise<Started> {
  const server = createServer()
  const { port } = await listenOnLoopback(server, t)
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  let hasBegun: () => void
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve
  })
  const read = new Promise<string | undefined>((resolve) => {
    for (const event of ['request', 'checkContinue'])
      server.on(event, (message, response) => {
        resolve(readBody(message, response, maxBytes, timeoutMs))
        hasBegun()
      })
  })
  return { socket, begun, read }
}
