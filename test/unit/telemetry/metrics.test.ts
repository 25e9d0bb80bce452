import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMetrics, type OriginUsage } from '../../../src/telemetry/metrics.ts'
import { addUp, formatMetrics } from '../../../src/telemetry/prom-client.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { createRequestTally } from '../../../src/telemetry/request-tally.ts'

/** A process that has sent one object of each mount. */
function processWith(mounts: readonly string[], usages: readonly OriginUsage[]) {
  const requests = createRequestTally()
  requests.takeMounts(mounts)
  for (const mount of mounts.length === 0 ? [undefined] : mounts)
    requests.count(
      Object.assign(new RequestRecord('GET', 0), {
        ...{ route: 'object', mount, status: 200, bytes: 5, headAtMs: 1, endedAtMs: 1 },
        ...{ outcome: 'complete', s3Ms: 1 },
      } as const),
    )
  return createMetrics({
    ...{ version: { version: '1', commit: 'c' }, requests, s3: () => usages },
    activity: () => ({ requests: 0, streams: 0 }),
    limits: () => ({ waiting: 0, refusals: { late: 0, crowd: 0 } }),
    sessionStore: () => ({ isUp: true, pending: 0 }),
    droppedLines: () => 0,
    faults: () => 0,
  })
}

const usage = (origin: string | undefined) => ({ origin, open: 3, idle: 1, waiting: 2 })

/** The lines of a text of metrics that begin with one of these names. */
function linesOf(text: string, ...names: string[]): string[] {
  return text.split('\n').filter((line) => names.some((name) => line.startsWith(`s3proxy_${name}`)))
}

const sums = ['requests_total', 'sent_bytes_total', 's3_connections', 's3_waiting']
const counted = [...sums, 'wait_seconds_count{for="s3"']

describe('createMetrics', () => {
  it('has no labels of mounts and of their S3 where there are no mounts', async () => {
    const text = await formatMetrics(await processWith([], [usage(undefined)])())
    assert.ok(!/\b(?:mount|origin)=/.test(text))
    assert.deepEqual(linesOf(text, ...counted), [
      's3proxy_requests_total{route="object",method="GET",status="200"} 1',
      's3proxy_sent_bytes_total{route="object"} 5',
      's3proxy_wait_seconds_count{for="s3"} 1',
      's3proxy_s3_connections{state="busy"} 2',
      's3proxy_s3_connections{state="idle"} 1',
      's3proxy_s3_waiting 2',
    ])
  })

  it('names the mount, and the S3 of connections; workers are added up, each mount by itself', async () => {
    const [one, two] = ['https://one.example.com', 'http://two.example.com:9000']
    const workers = [processWith(['a', 'b'], [usage(one)]), processWith(['b'], [usage(one), usage(two)])]
    const text = await formatMetrics(await addUp(await Promise.all(workers.map((read) => read()))))
    assert.deepEqual(linesOf(text, ...counted).sort(), [
      `s3proxy_requests_total{route="object",method="GET",status="200",mount="a"} 1`,
      `s3proxy_requests_total{route="object",method="GET",status="200",mount="b"} 2`,
      `s3proxy_s3_connections{state="busy",origin="${two}"} 2`,
      `s3proxy_s3_connections{state="busy",origin="${one}"} 4`,
      `s3proxy_s3_connections{state="idle",origin="${two}"} 1`,
      `s3proxy_s3_connections{state="idle",origin="${one}"} 2`,
      `s3proxy_s3_waiting{origin="${two}"} 2`,
      `s3proxy_s3_waiting{origin="${one}"} 4`,
      `s3proxy_sent_bytes_total{route="object",mount="a"} 5`,
      `s3proxy_sent_bytes_total{route="object",mount="b"} 10`,

      's3proxy_wait_seconds_count{for="s3",mount="a"} 1',
      's3proxy_wait_seconds_count{for="s3",mount="b"} 2',
      's3proxy_wait_seconds_count{for="s3"} 0',
    ])
  })
})
