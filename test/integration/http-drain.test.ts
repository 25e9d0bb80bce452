import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { openRaw, type RawConnection } from '../helpers/clients/raw-http.ts'
import { eventually } from '../helpers/eventually.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const health = 'GET /health HTTP/1.1\r\nhost: a.test\r\n\r\n'
const ready = 'GET /__s3proxy/readyz HTTP/1.1\r\nhost: a.test\r\n\r\n'

describe('draining', () => {
  let s3: S3StandIn
  const proxies: ProxyInProcess[] = []
  const open: RawConnection[] = []

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('health', { body: { sizeBytes: 5_000_000, seed: 1 }, contentType: 'text/plain' })
  })
  after(async () => {
    for (const { socket } of open) socket.destroy()
    for (const proxy of proxies) await proxy.app.close()
    await s3.close()
  })
  beforeEach(() => s3.misbehave(null))

  async function start() {
    const proxy = await startProxyInProcess(
      { s3 },
      {
        S3PROXY_S3_STALL_TIMEOUT_MS: '60000',
        S3PROXY_S3_DEADLINE_MS: '60000',
      },
    )
    proxies.push(proxy)
    return proxy
  }
  async function connect(proxy: ProxyInProcess) {
    const connection = await openRaw(proxy.port)
    open.push(connection)
    return connection
  }
  /** Opens a connection with a request that S3 answers only when the returned function is called. */
  async function underWay(proxy: ProxyInProcess, text = health) {
    const seen = s3.requestCount
    s3.misbehave({ headDelayMs: 300 })
    const connection = await connect(proxy)
    connection.send(text)
    await s3.requestsReach(seen + 1)
    return connection
  }

  it('closes idle connections and those that never asked anything at once, and listens no more', async () => {
    const proxy = await start()
    const [silent, idle] = [await connect(proxy), await connect(proxy)]
    idle.send(ready)
    assert.equal((await idle.answer()).body, 'degraded\n')
    assert.equal(await proxy.app.server.drain(60_000), 0)
    await Promise.all([silent.ended, idle.ended])
    await assert.rejects(openRaw(proxy.port), { code: 'ECONNREFUSED' })
  })

  it('lets an answer finish, says that the connection ends with it, and ends it', async () => {
    const proxy = await start()
    const connection = await underWay(proxy)
    const drained = proxy.app.server.drain(60_000)
    const answer = await connection.answer()
    assert.deepEqual([answer.status, answer.headers.connection], [200, 'close'])
    assert.equal(answer.body.length, 5_000_000)
    assert.equal(await connection.ended, 'fin')
    assert.equal(await drained, 0)
    assert.equal(proxy.access.length, 1)
  })

  it('ends a connection whose answer had promised to keep it', async () => {
    const proxy = await start()
    s3.misbehave({ sliceBytes: 64 * 1024 })
    const connection = await connect(proxy)
    connection.socket.pause()
    connection.send(health)
    await new Promise((resolve) => connection.socket.once('readable', resolve))
    const drained = proxy.app.server.drain(60_000)
    connection.socket.resume()
    const answer = await connection.answer()
    assert.deepEqual([answer.headers.connection, answer.body.length], ['keep-alive', 5_000_000])
    await connection.ended
    assert.equal(await drained, 0)
  })

  it('answers what was pipelined before, and 503 to what comes after', async () => {
    const proxy = await start()
    const connection = await underWay(proxy, health + health)
    const drained = proxy.app.server.drain(60_000)
    // The first answer has `connection: close`, so the client has to send the second request over another connection.
    const answer = await connection.answer()
    assert.deepEqual([answer.status, answer.headers.connection], [200, 'close'])
    assert.equal(await drained, 0)
    assert.deepEqual(
      (await proxy.accessReach(2)).map(({ status }) => status),
      [200, 499],
    )
  })

  it('answers 503 with retry-after to a request that comes on a connection that is still busy', async () => {
    const proxy = await start()
    s3.misbehave({ sliceBytes: 64 * 1024 })
    const connection = await connect(proxy)
    connection.socket.pause()
    connection.send(health)
    await new Promise((resolve) => connection.socket.once('readable', resolve))
    const drained = proxy.app.server.drain(60_000)
    connection.send(ready)
    connection.socket.resume()
    const [first, second] = await connection.answers(2)
    assert.deepEqual([first?.status, first?.headers.connection], [200, 'keep-alive'])
    assert.deepEqual([second?.status, second?.headers.connection], [503, 'close'])
    assert.ok(Number(second?.headers['retry-after']) > 0)
    assert.match(second?.body ?? '', /SHUTTING_DOWN/)
    assert.equal(await drained, 0)
  })

  it('resets what is still under way after the time, counts it, and writes its lines first', async () => {
    const proxy = await start()
    s3.misbehave({ stallBeforeHead: true })
    const connections = [await connect(proxy), await connect(proxy)]
    for (const connection of connections) connection.send(health)
    await eventually(
      async () => proxy.app.server.activity.requests,
      (count) => count === 2,
    )
    assert.equal(await proxy.app.server.drain(50), 2)
    assert.deepEqual(
      proxy.access.map(({ status, outcome, code }) => [status, outcome, code]),
      [
        [499, 'cut', 'SHUTTING_DOWN'],
        [499, 'cut', 'SHUTTING_DOWN'],
      ],
    )
    for (const connection of connections) assert.equal(await connection.ended, 'reset')
    await s3.requestsSettled()
  })

  it('fails readiness before it begins', async () => {
    const proxy = await start()
    proxy.app.startDraining()
    const connection = await connect(proxy)
    connection.send(ready)
    const answer = await connection.answer()
    assert.deepEqual([answer.status, answer.body], [503, 'unready\n'])
    await proxy.app.server.drain(0)
  })
})
