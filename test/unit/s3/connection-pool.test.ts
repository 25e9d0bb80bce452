import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { type ConnectionPoolOptions, createConnectionPool } from '../../../src/s3/connection-pool.ts'
import { readAll } from '../../helpers/bucket-client.ts'
import { exposeGarbageCollector } from '../../helpers/garbage.ts'
import { startRawServer } from '../../helpers/raw-server.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const request = 'GET / HTTP/1.1\r\nhost: h\r\n\r\n'
const never = () => new AbortController().signal

function createPool(t: TestContext, port: number, options: Partial<ConnectionPoolOptions> = {}) {
  const pool = createConnectionPool({
    ...{ origin: { isSecure: false, hostname: '127.0.0.1', port }, maxConnections: 2 },
    ...{ connectTimeoutMs: 5000, stallTimeoutMs: 5000, ...options },
  })
  t.after(() => pool.close())
  return pool
}

describe('createConnectionPool', { timeout: 60_000 }, () => {
  it('uses the connection again that was used last', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port)
    const first = await pool.acquire(never(), 1000)
    await readAll((await first.exchange('GET', request, 1000, never())).body)
    assert.deepEqual(pool.usage, { open: 1, idle: 1, waiting: 0 })
    assert.equal(await pool.acquire(never(), 1000), first)
    assert.deepEqual(pool.usage, { open: 1, idle: 0, waiting: 0 })
  })

  it('uses a connection again after HEAD, 204 and 304, whatever length they name', async (t) => {
    const heads = ['200 OK', '204 No Content', '304 Not Modified', '200 OK']
    const server = await startRawServer(t, (socket, _, ordinal) =>
      socket.write(
        `HTTP/1.1 ${heads[ordinal - 1]}\r\ncontent-length: 5\r\n\r\n${ordinal === 4 ? 'hello' : ''}`,
      ),
    )
    const pool = createPool(t, server.port)
    for (const method of ['HEAD', 'GET', 'GET']) {
      const connection = await pool.acquire(never(), 1000)
      const { body } = await connection.exchange(method, request, 1000, never())
      assert.equal(await body.read(), null)
    }
    const { body } = await (await pool.acquire(never(), 1000)).exchange('GET', request, 1000, never())
    assert.equal((await readAll(body)).toString(), 'hello')
    assert.equal(server.sockets.length, 1)
  })

  it('hands a connection that becomes free to the one that waits longest', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { maxConnections: 1 })
    const connection = await pool.acquire(never(), 1000)
    const order: number[] = []
    const waiting = [1, 2].map(async (number) => {
      const free = await pool.acquire(never(), 5000)
      order.push(number)
      await readAll((await free.exchange('GET', request, 1000, never())).body)
    })
    assert.equal(pool.usage.waiting, 2)
    await readAll((await connection.exchange('GET', request, 1000, never())).body)
    await Promise.all(waiting)
    assert.deepEqual(order, [1, 2])
    assert.equal(server.sockets.length, 1)
  })

  it('hands it to one whose request is urgent before those who wait longer', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { maxConnections: 1 })
    const connection = await pool.acquire(never(), 1000)
    const order: string[] = []
    const take = async (name: string, isUrgent: boolean) => {
      const free = await pool.acquire(never(), 5000, isUrgent)
      order.push(name)
      await readAll((await free.exchange('GET', request, 1000, never())).body)
    }
    const all = [take('first', false), take('second', false), take('urgent', true)]
    await readAll((await connection.exchange('GET', request, 1000, never())).body)
    await Promise.all(all)
    assert.deepEqual(order, ['urgent', 'first', 'second'])
  })

  it('connects for one that waits when a connection is closed', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { maxConnections: 1 })
    const connection = await pool.acquire(never(), 1000)
    const next = pool.acquire(never(), 5000)
    connection.close()
    await readAll((await (await next).exchange('GET', request, 1000, never())).body)
    assert.deepEqual(pool.usage, { open: 1, idle: 1, waiting: 0 })
  })

  it('tells every one that waits when there is no connecting any more', async (t) => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const pool = createPool(t, port, { maxConnections: 1 })
    const connection = await pool.acquire(never(), 1000)
    const waiting = [1, 2, 3].map(() =>
      assert.rejects(async () => pool.acquire(never(), 5000), { failure: 'unreachable' }),
    )
    server.close()
    connection.close()
    await Promise.all(waiting)
    assert.deepEqual(pool.usage, { open: 0, idle: 0, waiting: 0 })
  })

  it('lets nobody wait longer than they can, and forgets those who left', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 1 })
    const held = await pool.acquire(never(), 1000)
    await assert.rejects(async () => pool.acquire(never(), 30), {
      failure: 'pool-exhausted',
      message: /all 1 connections.*s3\.maxConnections/,
    })
    const leaving = new AbortController()
    const left = assert.rejects(async () => pool.acquire(leaving.signal, 5000), { failure: 'cancelled' })
    leaving.abort()
    await left
    assert.equal(pool.usage.waiting, 0)
    held.close()
    assert.equal(pool.usage.open, 0)
  })

  it('ends the connecting of one who leaves', async (t) => {
    const pool = createPool(t, 9, { origin: { isSecure: false, hostname: '192.0.2.1', port: 9 } })
    const leaving = new AbortController()
    const left = assert.rejects(async () => pool.acquire(leaving.signal, 5000))
    leaving.abort()
    await left
    assert.equal(pool.usage.open, 0)
  })

  it('forgets an idle connection that S3 closes', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port)
    const connection = await pool.acquire(never(), 1000)
    await readAll((await connection.exchange('GET', request, 1000, never())).body)
    const closed = once(server.sockets[0] as never, 'close')
    server.sockets[0]?.end()
    await closed
    await readAll((await (await pool.acquire(never(), 1000)).exchange('GET', request, 1000, never())).body)
    assert.equal(pool.usage.open, 1)
    assert.equal(server.sockets.length, 2)
  })

  it('keeps nothing idle once it is retired, and still serves what is under way', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port)
    const [idle, busy] = [await pool.acquire(never(), 1000), await pool.acquire(never(), 1000)]
    await readAll((await idle.exchange('GET', request, 1000, never())).body)
    pool.retire()
    assert.deepEqual(pool.usage, { open: 1, idle: 0, waiting: 0 })
    assert.equal((await readAll((await busy.exchange('GET', request, 1000, never())).body)).toString(), 'ok')
    assert.deepEqual(pool.usage, { open: 0, idle: 0, waiting: 0 })
    const another = await pool.acquire(never(), 1000)
    assert.equal(
      (await readAll((await another.exchange('GET', request, 1000, never())).body)).toString(),
      'ok',
    )
    assert.equal(pool.usage.open, 0)
  })

  it('leaves nothing behind once it is retired, not even its clock', async () => {
    const collectGarbage = exposeGarbageCollector()
    function retireOne(): WeakRef<object> {
      const origin = { isSecure: false, hostname: '127.0.0.1', port: 9 }
      const times = { connectTimeoutMs: 5000, stallTimeoutMs: 5000 }
      createConnectionPool({ origin, maxConnections: 2, ...times }).retire()
      return new WeakRef(origin)
    }
    const ref = retireOne()
    for (let count = 0; count < 50 && ref.deref() !== undefined; count++) {
      await new Promise(setImmediate)
      collectGarbage()
    }
    assert.equal(ref.deref(), undefined)
  })

  it('closes what has been idle for long', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { idleTimeoutMs: 40 })
    const connection = await pool.acquire(never(), 1000)
    await readAll((await connection.exchange('GET', request, 1000, never())).body)
    await once(server.sockets[0] as never, 'close')
    assert.deepEqual(pool.usage, { open: 0, idle: 0, waiting: 0 })
  })

  for (const [what, answer] of Object.entries({
    'that S3 will close': 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok',
    'that has more bytes than its answer': `${ok}more`,
    'of HTTP/1.0': 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok',
  })) {
    it(`does not use a connection again ${what}`, async (t) => {
      const server = await startRawServer(t, (socket) => socket.write(answer))
      const pool = createPool(t, server.port)
      const connection = await pool.acquire(never(), 1000)
      const { body } = await connection.exchange('GET', request, 1000, never())
      assert.equal((await readAll(body)).toString(), 'ok')
      assert.equal(pool.usage.open, 0)
    })
  }

  it('lets nobody wait once it is closed', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 1 })
    await pool.acquire(never(), 1000)
    const waiting = assert.rejects(async () => pool.acquire(never(), 60_000), { failure: 'cancelled' })
    pool.close()
    await waiting
    await assert.rejects(async () => pool.acquire(never(), 1000), { failure: 'cancelled' })
    assert.deepEqual(pool.usage, { open: 0, idle: 0, waiting: 0 })
  })
})
