import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { openRaw } from '../helpers/clients/raw-http.ts'
import { eventually } from '../helpers/eventually.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const get = 'GET /health HTTP/1.1\r\nhost: h\r\n\r\n'
const sizeBytes = 24 * 1024 * 1024

/** An outcome that is no fault of S3 or of this program must not look like one in log and metrics. */
describe('outcomes that are no failure', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  let proxy: ProxyInProcess
  before(async () => {
    s3 = await startS3StandIn()
  })
  after(() => s3.close())
  beforeEach(async () => {
    s3.misbehave(null)
    proxy = await startProxyInProcess(
      { s3 },
      {
        // Nothing listens on this port. The option only makes s3proxy count requests.
        S3PROXY_SERVER_ADMIN_PORT: '1',
        S3PROXY_S3_READER_PATIENCE_MS: '100',
        S3PROXY_S3_STALL_TIMEOUT_MS: '60000',
        S3PROXY_S3_DEADLINE_MS: '60000',
      },
    )
  })
  afterEach(() => proxy.close())

  /** The counters that are not 0, such as `errors_total{code="X"}`. */
  async function counted(name: string): Promise<Record<string, number>> {
    const metrics = (await proxy.app.reports.metrics?.()) ?? []
    const values = metrics.find((metric) => metric.name === `s3proxy_${name}`)?.values ?? []
    return Object.fromEntries(
      values
        .filter(({ value }) => value > 0)
        .map(({ labels, value }) => [Object.values(labels).join(), value]),
    )
  }

  it('calls a client that leaves before the head CLIENT_LEFT, and nothing a fault', async () => {
    s3.put('health', { body: 'fine' })
    s3.misbehave({ stallBeforeHead: true })
    const seen = s3.requestCount
    const connection = await openRaw(proxy.port)
    connection.send(get)
    await s3.requestsReach(seen + 1)
    connection.reset()
    const [line] = await proxy.accessReach(1)
    assert.deepEqual([line?.status, line?.outcome, line?.code], [499, 'aborted', 'CLIENT_LEFT'])
    assert.deepEqual(await counted('errors_total'), {})
    assert.deepEqual(await counted('requests_total'), { 'healthcheck,GET,499': 1 })
    assert.deepEqual(
      proxy.log.filter(({ level, requestId }) => level !== 'info' && requestId !== undefined),
      [],
    )
  })

  it('calls requests that wait behind one whose client left the same', async () => {
    s3.put('health', { body: 'fine' })
    s3.misbehave({ stallBeforeHead: true })
    const seen = s3.requestCount
    const connection = await openRaw(proxy.port)
    connection.send(get.repeat(3))
    await s3.requestsReach(seen + 1)
    connection.reset()
    const lines = await proxy.accessReach(3)
    assert.deepEqual(
      lines.map(({ status, code }) => [status, code]),
      Array.from({ length: 3 }, () => [499, 'CLIENT_LEFT']),
    )
    assert.deepEqual(await counted('errors_total'), {})
  })

  it('calls a reader that pauses no failure of S3, and its coming back no retry', async () => {
    s3.put('health', { body: { sizeBytes, seed: 4 } })
    const connection = await openRaw(proxy.port, { readsNothing: true })
    connection.send(get)
    await eventually(
      async () => proxy.app.server.activity.streams === 1 && s3.requests.at(-1)?.outcome !== 'open',
      Boolean,
    )
    const pieces: Buffer[] = []
    connection.socket.on('data', (piece: Buffer) => pieces.push(piece))
    const [line] = await proxy.accessReach(1)
    assert.deepEqual([line?.status, line?.outcome, line?.code], [200, 'complete', undefined])
    await eventually(async () => Buffer.concat(pieces).length > sizeBytes, Boolean)
    assert.ok(
      Buffer.concat(pieces)
        .subarray(-sizeBytes)
        .equals(generatedBytes(4, 0, sizeBytes)),
    )
    assert.equal(line?.healed ?? 0, 0)
    assert.deepEqual(await counted('s3_retries_total'), {})
    assert.deepEqual(await counted('healed_total'), {})
    assert.equal(
      proxy.log.some(({ msg }) => /asking S3 again/.test(String(msg))),
      false,
    )
  })

  for (const [what, next] of Object.entries({
    replaced: () => s3.put('health', { body: { sizeBytes, seed: 6 } }),
    deleted: () => s3.delete('health'),
  }))
    it(`calls an object that is ${what} midway OBJECT_REPLACED, in line, warning and metric`, async () => {
      s3.put('health', { body: { sizeBytes, seed: 5 } })
      s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: 100_000 } : {}))
      const connection = await openRaw(proxy.port, { readsNothing: true })
      const seen = s3.requestCount
      connection.send(get)
      await s3.requestsReach(seen + 1)
      next()
      connection.socket.resume()
      const [line] = await proxy.accessReach(1)
      assert.deepEqual([line?.status, line?.outcome, line?.code], [200, 'cut', 'OBJECT_REPLACED'])
      const warning = await proxy.logged(({ msg }) => /a body was cut/.test(String(msg)))
      assert.equal(warning.code, 'OBJECT_REPLACED')
      assert.deepEqual(await counted('errors_total'), { OBJECT_REPLACED: 1 })
      assert.deepEqual(await counted('s3_retries_total'), { body: 1 })
    })
})
