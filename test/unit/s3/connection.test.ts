import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { Connection } from '../../../src/s3/connection.ts'
import { createConnectionPool } from '../../../src/s3/connection-pool.ts'
import { readAll } from '../../helpers/clients/bucket-client.ts'
import { startRawServer } from '../../helpers/network/raw-server.ts'

const request = 'GET / HTTP/1.1\r\nhost: h\r\n\r\n'

const never = () => new AbortController().signal

async function connectTo(t: TestContext, port: number): Promise<Connection> {
  const origin = { isSecure: false, hostname: '127.0.0.1', port }
  const pool = createConnectionPool({
    origin,
    maxConnections: 1,
    connectTimeoutMs: 5000,
    stallTimeoutMs: 5000,
  })
  t.after(() => pool.close())
  return pool.acquire(never(), 1000)
}

/** Runs one exchange with a server that answers as `respond` does. */
async function exchange(t: TestContext, respond: (socket: Socket) => void, timeoutMs = 5000) {
  const server = await startRawServer(t, respond)
  const connection = await connectTo(t, server.port)
  return connection.exchange('GET', request, timeoutMs, never())
}

async function exchangeText(t: TestContext, text: string): Promise<string> {
  const { status, body } = await exchange(t, (socket) => socket.end(text, 'latin1'))
  return `${status} ${(await readAll(body)).toString('latin1')}`
}

describe('Connection', { timeout: 60_000 }, () => {
  it('ends at once when nobody waits for the head of the answer any more', async (t) => {
    const leaving = new AbortController()
    const server = await startRawServer(t, () => leaving.abort())
    const connection = await connectTo(t, server.port)
    const closed = once(server.sockets[0] as Socket, 'close')
    await assert.rejects(connection.exchange('GET', request, 60_000, leaving.signal), {
      name: 'TransportError',
      failure: 'cancelled',
    })
    await closed
  })

  it('takes a flood of interim answers for no answer of S3', async (t) => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
    assert.equal(await exchangeText(t, early.repeat(100) + ok), '200 ok')
    await assert.rejects(exchangeText(t, early.repeat(20_000) + ok), {
      name: 'TransportError',
      failure: 'garbage',
      message: /interim answers/,
    })
  })

  it('counts interim answers anew for each request', async (t) => {
    const early = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(60)
    const server = await startRawServer(t, (socket) =>
      socket.write(`${early}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`),
    )
    const connection = await connectTo(t, server.port)
    for (let count = 0; count < 3; count++) {
      const { body } = await connection.exchange('GET', request, 60_000, never())
      assert.equal((await readAll(body)).toString(), 'ok')
    }
  })

  it('has nothing to do with who waited for the head once that is in', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n'),
    )
    const leaving = new AbortController()
    const connection = await connectTo(t, server.port)
    const { body } = await connection.exchange('GET', request, 60_000, leaving.signal)
    leaving.abort()
    server.sockets[0]?.write('ok')
    assert.equal((await readAll(body)).toString(), 'ok')
  })

  it('passes over interim answers, early hints among them', async (t) => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    const text = `${interim.repeat(50)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`
    assert.equal(await exchangeText(t, text), '200 ok')
  })

  it('reads a head and a body that come byte by byte', async (t) => {
    const text =
      'HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
    const { status, body } = await exchange(t, (socket) => {
      let at = 0
      const next = () => {
        if (at < text.length) socket.write(text[at++] as string, () => setImmediate(next))
      }
      next()
    })
    assert.equal(status, 404)
    assert.equal((await readAll(body)).toString(), 'abc')
  })

  it('reads a body up to the end of the connection where nothing else delimits it', async (t) => {
    assert.equal(await exchangeText(t, 'HTTP/1.1 200 OK\r\n\r\nto the end'), '200 to the end')
  })

  for (const [what, text] of Object.entries({
    'no HTTP': '220 mail.example ESMTP\r\n\r\n',
    'a change of protocol': 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n',
    'a head of more than 32 KiB': `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(33_000)}\r\n\r\n`,
    'a head without end': 'x'.repeat(200_000),
  })) {
    it(`calls ${what} garbage`, async (t) => {
      await assert.rejects(exchangeText(t, text), { failure: 'garbage' })
    })
  }

  it('does not wait for ever when the chunked coding is broken right behind the head', async (t) => {
    const broken = 'HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\nnot a size\r\n'
    await assert.rejects(exchangeText(t, broken), { failure: 'garbage' })
  })

  for (const [what, text] of Object.entries({
    'before any byte': '',
    'in the head': 'HTTP/1.1 200 OK\r\ncontent-le',
    'in a body of known length': 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort',
    'in a chunk': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA\r\nshort',
    'between chunks': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n',
    'before the last empty line': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
  })) {
    it(`calls an end ${what} a cut`, async (t) => {
      await assert.rejects(exchangeText(t, text), { failure: 'cut' })
    })
  }

  it('does not wait for a head longer than it may, also when bytes of it keep coming', async (t) => {
    const trickle = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket.write('a: b\r\n'), 5)
      socket.once('close', () => clearInterval(timer))
    }
    await assert.rejects(exchange(t, trickle, 60), { failure: 'stalled' })
  })
})
