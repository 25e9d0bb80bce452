import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { connectionEnding } from '../../../helpers/network/connection-ending.ts'
import { type FaultProxy, startFaultProxy } from '../../../helpers/network/fault-proxy.ts'
import { type LoopbackServer, listenOnLoopback } from '../../../helpers/network/listen-on-loopback.ts'
import { generatedBytes } from '../../../helpers/s3/stand-in/generated-body.ts'

describe('startFaultProxy', { timeout: 60_000 }, () => {
  it('passes bytes and FIN on exactly, both ways', async (t) => {
    const { client } = await startPair(t)
    const sent = generatedBytes(1, 0, 3_000_000)
    const received = readAll(client)
    client.end(sent)
    assert.ok((await received).bytes.equals(sent))
    assert.equal((await received).ending, 'fin')
  })

  it('reads no more than it can pass on', async (t) => {
    let paused: Socket | undefined
    const { client, proxy } = await startPair(t, (socket) => {
      if (paused === undefined) paused = socket.pause()
      else socket.pipe(socket)
    })
    // The block is larger than all buffers of the kernel, so it can be written only while the target reads.
    const block = Buffer.alloc(64 << 20)
    let isWritten = false
    const written = new Promise<void>((resolve) => {
      client.write(block, () => {
        isWritten = true
        resolve()
      })
    })
    await once(client, 'connect')
    // A round trip on a second connection shows that there was time enough.
    const second = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
    second.end(block)
    assert.equal((await readAll(second)).bytes.length, block.length)
    assert.equal(isWritten, false)
    assert.ok(paused !== undefined)
    paused.resume()
    await written
  })

  it('delays', async (t) => {
    const { client, proxy } = await startPair(t)
    await proxy.set({ latencyMs: 60, direction: 'to-client' })
    const startedMs = performance.now()
    client.write('ping')
    assert.equal(String(await once(client, 'data')), 'ping')
    assert.ok(performance.now() - startedMs >= 59)
  })

  it('throttles', async (t) => {
    const { client, proxy } = await startPair(t)
    await proxy.set({ bytesPerSecond: 100_000, direction: 'to-target' })
    const startedMs = performance.now()
    const received = readAll(client)
    client.end(Buffer.alloc(20_000))
    assert.equal((await received).bytes.length, 20_000)
    assert.ok(performance.now() - startedMs >= 140)
  })

  it('slices', async (t) => {
    const sizes: number[] = []
    const { client, proxy } = await startPair(t, (socket) => {
      socket.on('data', (piece) => sizes.push(piece.length))
      socket.once('end', () => socket.end())
    })
    await proxy.set({ sliceBytes: 2 })
    const received = readAll(client)
    client.end('0123456789')
    await received
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      10,
    )
    assert.ok(sizes.length > 1, String(sizes))
  })

  it('resets after so many bytes', async (t) => {
    const { client, proxy } = await startPair(t)
    await proxy.set({ resetAfterBytes: 4, direction: 'to-client' })
    const received = readAll(client)
    client.write('0123456789')
    assert.deepEqual(await received, { bytes: Buffer.from('0123'), ending: 'reset' })
  })

  it('closes after so many bytes', async (t) => {
    const { client, proxy } = await startPair(t)
    await proxy.set({ closeAfterBytes: 4, direction: 'to-client' })
    const received = readAll(client)
    client.write('0123456789')
    assert.deepEqual(await received, { bytes: Buffer.from('0123'), ending: 'fin' })
  })

  it('stalls after so many bytes and goes on when cleared', async (t) => {
    const { client, proxy } = await startPair(t)
    await proxy.set({ stallAfterBytes: 4, direction: 'to-client' })
    client.write('0123456789')
    assert.equal(String(await once(client, 'data')), '0123')
    const next = once(client, 'data').then(String)
    assert.equal(await Promise.race([next, pauseOfEvents(30)]), 'not written')
    await proxy.clear()
    assert.equal(await next, '456789')
  })

  it('refuses while it is down, leaves open connections, and comes back on the same port', async (t) => {
    const { client, proxy } = await startPair(t)
    await once(client, 'connect')
    await proxy.set({ refuse: 'down' })
    const [error] = await once(connect(proxy.port, '127.0.0.1'), 'error')
    assert.equal(error.code, 'ECONNREFUSED')
    client.write('still here')
    assert.equal(String(await once(client, 'data')), 'still here')
    await proxy.clear()
    const second = connect(proxy.port, '127.0.0.1')
    await once(second, 'connect')
    second.destroy()
  })

  it('resets everything at once', async (t) => {
    const { client, proxy } = await startPair(t)
    client.write('x')
    await once(client, 'data')
    assert.equal(proxy.openConnections, 1)
    const received = readAll(client)
    proxy.resetAll()
    assert.equal((await received).ending, 'reset')
  })

  it('passes the refusal of its target on as a reset', async (t) => {
    const { port } = await listen(t, () => {}, { andClose: true })
    const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port } })
    t.after(() => proxy.close())
    const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
    assert.equal((await readAll(client)).ending, 'reset')
  })
})

/** Starts an echo server (or `serve`), a fault proxy before it, and a client. */
async function startPair(
  t: TestContext,
  serve: (socket: Socket) => void = (socket) => socket.pipe(socket),
): Promise<{ client: Socket; proxy: FaultProxy }> {
  const { port } = await listen(t, serve)
  const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port } })
  t.after(() => proxy.close())
  const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => {})
  t.after(() => client.destroy())
  return { client, proxy }
}

async function listen(
  t: TestContext,
  serve: (socket: Socket) => void,
  { andClose = false } = {},
): Promise<LoopbackServer> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  const listening = await listenOnLoopback(server, t)
  if (andClose) await listening.close()
  return listening
}

async function readAll(socket: Socket): Promise<{ bytes: Buffer; ending: 'fin' | 'reset' }> {
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  const ending = await connectionEnding(socket)
  return { bytes: Buffer.concat(parts), ending }
}

// Waits for a short time, because the absence of an event emits none.
function pauseOfEvents(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'not written'))
}
