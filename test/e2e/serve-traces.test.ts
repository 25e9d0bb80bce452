import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { startDownload } from '../helpers/clients/download.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import { canary, useStage } from '../helpers/stage/use-stage.ts'
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from './otlp-collector.ts'

const often = { OTEL_BSP_SCHEDULE_DELAY: '50' }
const hex = (bytes: number) => randomBytes(bytes).toString('hex')

describe('s3proxy serve with a collector of traces', { timeout: 60_000 }, () => {
  const { stage, newClient } = useStage()
  const spansOf = (collector: OtlpCollector, fits: (span: CollectedSpan) => boolean, count: number) =>
    eventually(
      async () => collector.spans.filter(fits),
      (spans) => spans.length >= count,
    )

  it('exports a span for each request, with spans for session, SSO and S3 in it, under the caller’s trace', async (t) => {
    const collector = await startOtlpCollector(t)
    const proxy = await stage().serve({
      ...often,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=of-the-operator',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    })
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html?${canary}-in-a-query`)
    const [traceId, parentId] = [hex(16), hex(8)]
    await client.request(`${proxy.origin}/a%20page.html?${canary}-in-a-query`, {
      headers: { traceparent: `00-${traceId}-${parentId}-01` },
    })
    const ours = await spansOf(collector, (span) => span.traceId === traceId, 3)
    const [root, ...children] = ours.toSorted(
      (one, other) => Number(other.kind === 2) - Number(one.kind === 2),
    )
    assert.deepEqual([root?.name, root?.kind, root?.parentSpanId], ['GET object', 2, parentId])
    assert.deepEqual(children.map(({ name }) => name).sort(), ['S3', 'session'])
    for (const child of children) {
      assert.equal(child.parentSpanId, root?.spanId)
      assert.ok(BigInt(child.startTimeUnixNano) >= BigInt(root?.startTimeUnixNano ?? ''))
      assert.ok(BigInt(child.endTimeUnixNano) <= BigInt(root?.endTimeUnixNano ?? ''))
    }
    const startedAtMs = Number(BigInt(root?.startTimeUnixNano ?? '') / 1_000_000n)
    assert.ok(Math.abs(Date.now() - startedAtMs) < 60_000)
    const line = await proxy.logged((entry) => entry.traceId === traceId)
    const { 's3proxy.request_id': requestId, ...attributes } = root?.attributes ?? {}
    assert.equal(requestId, line.requestId)
    assert.deepEqual(attributes, {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.response.body.size': 13,
      'url.path': '/a%20page.html',
      's3proxy.route': 'object',
      's3proxy.outcome': 'complete',
    })
    const s3 = children.find(({ name }) => name === 'S3')
    assert.deepEqual(s3?.attributes, { 'aws.request_id': line.s3RequestId })
    assert.equal(root?.resource['service.name'], 's3proxy')
    assert.equal(root?.resource['deployment.environment.name'], 'test')
    assert.match(String(root?.resource['service.version']), /^\d+\.\d+\.\d+/)

    const callback = await spansOf(collector, ({ name }) => name === 'GET callback', 1)
    const ofLogin = collector.spans.filter(({ parentSpanId }) => parentSpanId === callback[0]?.spanId)
    // One call gets the token, and one gets the person.
    assert.deepEqual(
      ofLogin.map(({ name }) => name),
      ['SSO', 'SSO'],
    )
    assert.match(collector.received, /"x-collector-key","of-the-operator"/)
    await proxy.stop()
    for (const secret of [canary, 'alice', client.jar.get('s3proxy_session') ?? 'no cookie'])
      assert.ok(!collector.received.includes(secret), secret)
  })

  it('begins a trace where the client’s is none, and samples as its caller does', async (t) => {
    const collector = await startOtlpCollector(t)
    const proxy = await stage().serve({
      ...often,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/v1/traces`,
    })
    const ask = (traceparent: string, path = '/health.txt') =>
      newClient().request(`${proxy.origin}${path}`, { headers: { traceparent } })
    const bad = [
      'nonsense',
      `00-${'0'.repeat(32)}-${hex(8)}-01`,
      `00-${hex(16)}-${'0'.repeat(16)}-01`,
      `ff-${hex(16)}-${hex(8)}-01`,
      `00-${hex(16)}-${hex(8)}-01-more`,
    ]
    for (const traceparent of bad) assert.equal((await ask(traceparent)).status, 200)
    const roots = await spansOf(collector, ({ name }) => name === 'GET healthcheck', bad.length)
    assert.ok(roots.every(({ parentSpanId, traceId }) => !parentSpanId && !bad.join().includes(traceId)))
    const [unsampled, sampled] = [hex(16), hex(16)]
    await ask(`00-${unsampled}-${hex(8)}-00`)
    await ask(`00-${hex(16)}-${hex(8)}-01`, '/__s3proxy/livez')
    await ask(`00-${sampled}-${hex(8)}-01`)
    await spansOf(collector, ({ traceId }) => traceId === sampled, 2)
    assert.ok(collector.spans.every(({ traceId, name }) => traceId !== unsampled && !name.includes('livez')))
    // The lines of a trace that is not sampled have its id as well.
    await proxy.logged((line) => line.traceId === unsampled)
    await proxy.stop()
  })

  it('marks what failed, with its code', async (t) => {
    const collector = await startOtlpCollector(t)
    const proxy = await stage().serve({ ...often, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    stage().s3.misbehave({ error: 403, code: 'SignatureDoesNotMatch' })
    await newClient().request(`${proxy.origin}/health.txt`)
    const [span] = await spansOf(collector, ({ name }) => name === 'GET healthcheck', 1)
    assert.deepEqual([span?.status.code, span?.attributes['error.type']], [2, 'S3_CREDENTIALS'])
    await proxy.stop()
  })

  it('exports the last spans of every worker at the end', async (t) => {
    const collector = await startOtlpCollector(t)
    const proxy = await stage().serve({
      ...{ S3PROXY_SERVER_WORKERS: '2', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    })
    await Promise.all(
      [1, 2].map((worker) => proxy.logged((line) => line.msg === 'listening' && line.worker === worker)),
    )
    for (let count = 0; count < 6; count++) await newClient().request(`${proxy.origin}/health.txt`)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    const roots = collector.spans.filter(({ name }) => name === 'GET healthcheck')
    assert.equal(roots.length, 6)
    assert.equal(new Set(roots.map(({ resource }) => resource['service.instance.id'])).size, 2)
  })

  for (const [how, hangs] of [
    ['is not there', false],
    ['takes spans and never answers', true],
  ] as const) {
    it(`costs neither requests nor the shutdown anything when the collector ${how}`, async (t) => {
      const collector = await startOtlpCollector(t)
      collector.hang()
      const endpoint = hangs ? collector.endpoint : 'http://127.0.0.1:9'
      const proxy = await stage().serve({
        ...{ ...often, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: '500' },
        S3PROXY_SERVER_DRAIN_TIMEOUT_MS: '3000',
      })
      const client = newClient()
      for (let count = 0; count < 50; count++)
        assert.equal((await client.request(`${proxy.origin}/health.txt`)).text, 'ok')
      const warning = await proxy.logged((line) => line.code === 'TRACES_LOST')
      assert.match(warning.msg, /OTEL_EXPORTER_OTLP_ENDPOINT\): /)
      for (let count = 0; count < 50; count++)
        assert.equal((await client.request(`${proxy.origin}/health.txt`)).text, 'ok')
      assert.equal(proxy.log.filter((line) => line.code === 'TRACES_LOST').length, 1)
      const startedAt = performance.now()
      assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
      // The exporter itself would take ten seconds for each attempt.
      assert.ok(performance.now() - startedAt < 8000)
    })
  }

  it('lets downloads finish, and exits 0, when the collector hangs and draining takes all its time', async (t) => {
    const collector = await startOtlpCollector(t)
    collector.hang()
    const proxy = await stage().serve({
      ...{ ...often, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, S3PROXY_SERVER_WORKERS: '2' },
      S3PROXY_SERVER_DRAIN_TIMEOUT_MS: '1000',
    })
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const stuck = await startDownload(proxy, client, '/large.bin')
    stuck.on('error', () => {})
    await eventually(
      async () => collector.requestCount,
      (count) => count > 0,
    )
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('is off when OTEL_SDK_DISABLED says so', async (t) => {
    const collector = await startOtlpCollector(t)
    const proxy = await stage().serve({
      ...often,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_SDK_DISABLED: 'true',
    })
    await newClient().request(`${proxy.origin}/health.txt`)
    await proxy.stop()
    assert.equal(collector.requestCount, 0)
    assert.ok(proxy.log.every((line) => line.traceId === undefined))
  })
})
