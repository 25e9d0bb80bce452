import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { Connection } from '../../../src/s3/connection.ts'
import { type ConnectionPoolOptions, createConnectionPool } from '../../../src/s3/connection-pool.ts'
import { guests, healthChecks } from '../../../src/s3/fair-shares.ts'
import { readAll } from '../../helpers/clients/bucket-client.ts'
import { exposeGarbageCollector } from '../../helpers/machine/garbage.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'
import { startRawServer } from '../../helpers/network/raw-server.ts'

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

  it('leaves as many connections to others as a person has, however many that person asks for', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 8 })
    const asks = (sharer: string, count: number) =>
      Array.from({ length: count }, () => pool.acquire(never(), 5000, { sharer }))
    const greedy = asks('greedy', 20)
    assert.deepEqual([pool.usage.open, pool.usage.waiting], [4, 16])
    const others = [asks('second', 4), asks('third', 4), asks('fourth', 4)]
    assert.equal(pool.usage.open, 8)
    await Promise.all([...greedy.slice(0, 4), ...others.map(([first]) => first)])
    pool.close()
    await Promise.allSettled([greedy, ...others].flat())
  })

  it('hands a free one to who has fewest, and to each in turn who has equally many', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { maxConnections: 1 })
    const held = await pool.acquire(never(), 1000)
    const order: string[] = []
    const use = async (sharer: string) => {
      const free = await pool.acquire(never(), 5000, { sharer })
      order.push(sharer)
      await readAll((await free.exchange('GET', request, 1000, never())).body)
    }
    const all = ['a', 'a', 'a', 'b', 'c', 'b'].map(use)
    await readAll((await held.exchange('GET', request, 1000, never())).body)
    await Promise.all(all)
    assert.deepEqual(order, ['a', 'b', 'c', 'a', 'b', 'a'])
    assert.equal(server.sockets.length, 1)
  })

  it('keeps a few for heads, health checks and guests, and gives these no more', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 64 })
    const people = Array.from({ length: 80 }, (_, index) =>
      pool.acquire(never(), 5000, { sharer: `p${index}` }),
    )
    assert.equal(pool.usage.open, 60)
    const asked = Array.from({ length: 100 }, () => pool.acquire(never(), 5000, { sharer: guests }))
    // Three guests have a connection, and 64 wait.
    assert.equal(pool.usage.open, 63)
    for (const one of asked.slice(67)) await assert.rejects(async () => one, { failure: 'pool-exhausted' })
    // One is left for health checks, whatever guests do.
    const checks = Array.from({ length: 2 }, () => pool.acquire(never(), 5000, { sharer: healthChecks }))
    assert.equal(pool.usage.open, 64)
    pool.close()
    await Promise.allSettled([...people, ...asked, ...checks])
  })

  it('gives guests their few, also where nobody else asks', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 64 })
    const asked = Array.from({ length: 10 }, () => pool.acquire(never(), 5000, { sharer: guests }))
    assert.deepEqual([pool.usage.open, pool.usage.waiting], [3, 7])
    pool.close()
    await Promise.allSettled(asked)
  })

  it('gives one connection to guests where there are only a few', async (t) => {
    const server = await startRawServer(t, () => {})
    for (const maxConnections of [1, 4, 32]) {
      const pool = createPool(t, server.port, { maxConnections })
      const asked = Array.from({ length: 3 }, () => pool.acquire(never(), 5000, { sharer: guests }))
      assert.equal(pool.usage.open, 1)
      pool.close()
      await Promise.allSettled(asked)
    }
  })

  it('lets a head in where bodies wait', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 32 })
    const people = Array.from({ length: 40 }, (_, index) =>
      pool.acquire(never(), 5000, { sharer: `p${index}` }),
    )
    await pool.acquire(never(), 5000, { sharer: 'late', method: 'HEAD' })
    assert.equal(pool.usage.open, 31)
    pool.close()
    await Promise.allSettled(people)
  })

  it('counts what is given back and what is closed', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { maxConnections: 4 })
    for (let round = 0; round < 20; round++) {
      const claim = { sharer: 'one' }
      const both = [pool.acquire(never(), 1000, claim), pool.acquire(never(), 1000, claim)]
      const [first, second] = (await Promise.all(both)) as [Connection, Connection]
      await readAll((await first.exchange('GET', request, 1000, never())).body)
      second.close()
    }
    assert.equal(pool.usage.waiting, 0)
  })

  it('is crowded for who waits for more than their share, and for all when it is full', async (t) => {
    const server = await startRawServer(t, () => {})
    const pool = createPool(t, server.port, { maxConnections: 8 })
    const greedy = Array.from({ length: 5 }, () => pool.acquire(never(), 5000, { sharer: 'greedy' }))
    assert.deepEqual([pool.isCrowded('greedy'), pool.isCrowded('other')], [true, false])
    const rest = ['a', 'b', 'c', 'd', 'e'].map((sharer) => pool.acquire(never(), 5000, { sharer }))
    assert.deepEqual([pool.isCrowded('greedy'), pool.isCrowded('other')], [true, true])
    pool.close()
    await Promise.allSettled([...greedy, ...rest])
  })

  it('closes what is as old as a kept connection that was dead, and can be asked for a new one', async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(ok))
    const pool = createPool(t, server.port, { maxConnections: 3 })
    const use = async (connection: Connection) => {
      await readAll((await connection.exchange('GET', request, 1000, never())).body)
    }
    const three = await Promise.all([1, 2, 3].map(() => pool.acquire(never(), 1000)))
    for (const connection of three) await use(connection)
    const dead = await pool.acquire(never(), 1000)
    assert.equal(dead, three[2])
    const fresh = await pool.acquire(never(), 1000, {}, true)
    assert.ok(!three.includes(fresh))
    assert.deepEqual(pool.usage, { open: 3, idle: 1, waiting: 0 })
    await use(fresh)
    pool.distrust(dead)
    assert.deepEqual(pool.usage, { open: 2, idle: 1, waiting: 0 })
    assert.equal(await pool.acquire(never(), 1000), fresh)
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
    const { port } = await listenOnLoopback(server, t)
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
