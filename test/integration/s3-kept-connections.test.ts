import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type BucketClientOptions, createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { startFaultProxy } from '../helpers/network/fault-proxy.ts'
import { startRawServer } from '../helpers/network/raw-server.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

describe('kept connections to S3 that are dead without a word', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn()
    s3.put('key', { body: 'hello world' })
    s3.put('film', { body: { sizeBytes: 3_000_000, seed: 8 } })
  })
  after(() => s3.close())

  /** Makes a client with a number of idle connections through a proxy. */
  async function withIdle(t: TestContext, count: number, options: BucketClientOptions = {}) {
    const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: s3.port } })
    t.after(() => proxy.close())
    const address = { ...s3, endpoint: `http://127.0.0.1:${proxy.port}/${s3.bucket}/` }
    const bucket = createBucketClient(t, address, {
      ...{ stallTimeoutMs: 2000, idleTimeoutMs: 60_000, ...options },
    })
    // The requests run at the same time, so that each has a connection of its own.
    s3.misbehave({ headDelayMs: 50 })
    await Promise.all(Array.from({ length: count }, async () => readAll((await bucket.get('key')).body)))
    s3.misbehave(null)
    assert.deepEqual(bucket.pool.usage, { open: count, idle: count, waiting: 0 })
    return { bucket, proxy }
  }

  for (const count of [5, 40])
    it(`cost ${count} requests at once no attempt and nothing of the retry budget`, async (t) => {
      const { bucket, proxy } = await withIdle(t, count, { maxAttempts: 1 })
      proxy.forgetAll()
      const bodies = await Promise.all(
        Array.from({ length: count }, async () => readAll((await bucket.get('key')).body)),
      )
      assert.ok(bodies.every((body) => body.toString() === 'hello world'))
      assert.deepEqual(bucket.retries, [])
    })

  it('are found out once: requests one after the other wait no more than one silence', async (t) => {
    const { bucket, proxy } = await withIdle(t, 20, { maxAttempts: 1 })
    proxy.forgetAll()
    const startedAtMs = performance.now()
    for (let round = 0; round < 20; round++)
      assert.equal((await readAll((await bucket.get('key')).body)).toString(), 'hello world')
    assert.ok(performance.now() - startedAtMs < 20 * 2000)
    assert.equal(bucket.pool.usage.open, 1)
  })

  it('do not cut a body that breaks meanwhile', async (t) => {
    const { bucket, proxy } = await withIdle(t, 10, { maxAttempts: 1 })
    const { body } = await bucket.get('film')
    const first = Buffer.from((await body.read()) as Uint8Array)
    proxy.forgetAll()
    const whole = Buffer.concat([first, await readAll(body)])
    assert.ok(whole.equals(generatedBytes(8, 0, 3_000_000)))
  })

  it('are closed with a reset: any number of them costs one more connection', async (t) => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\netag: "a"\r\n\r\nok'
    const dead = new Set<unknown>()
    const server = await startRawServer(t, (socket) => {
      if (dead.has(socket)) socket.resetAndDestroy()
      else setTimeout(() => socket.write(ok), 30)
    })
    const address = { ...s3, endpoint: `http://127.0.0.1:${server.port}/bucket/` }
    const bucket = createBucketClient(t, address, { maxAttempts: 1, idleTimeoutMs: 60_000 })
    await Promise.all(Array.from({ length: 30 }, async () => readAll((await bucket.get('key')).body)))
    assert.equal(server.sockets.length, 30)
    for (const socket of server.sockets) dead.add(socket)
    for (let round = 0; round < 5; round++)
      assert.equal((await readAll((await bucket.get('key')).body)).toString(), 'ok')
    assert.equal(server.sockets.length, 31)
    assert.deepEqual(bucket.retries, [])
  })

  it('are no excuse for an S3 that is silent on new ones too', async (t) => {
    const { bucket } = await withIdle(t, 3, { maxAttempts: 2 })
    s3.misbehave({ stallBeforeHead: true })
    const seen = s3.requestCount
    await assert.rejects(bucket.get('key'), { code: 'S3_TIMEOUT' })
    assert.equal(bucket.retries.length, 1)
    assert.equal(s3.requestCount - seen, 3)
  })

  it('end in 504, not in 502, where no time is left for a new one', async (t) => {
    const { bucket, proxy } = await withIdle(t, 1, { maxAttempts: 1, deadlineMs: 100 })
    proxy.forgetAll()
    await assert.rejects(bucket.get('key'), { code: 'S3_TIMEOUT' })
  })
})
