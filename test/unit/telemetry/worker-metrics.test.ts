import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MetricSnapshot } from '../../../src/telemetry/prom-client.ts'
import { createWorkerMetrics } from '../../../src/telemetry/worker-metrics.ts'

function metricsOf(requests: number, open: number): MetricSnapshot[] {
  return [
    {
      ...{ name: 'requests_total', help: 'h', type: 'counter', aggregator: 'sum' },
      values: [{ labels: { route: 'object' }, value: requests }],
    },
    {
      ...{ name: 'open', help: 'h', type: 'gauge', aggregator: 'sum' },
      values: [{ labels: {}, value: open }],
    },
    {
      ...{ name: 'wait_seconds', help: 'h', type: 'histogram', aggregator: 'sum' },
      values: [
        { metricName: 'wait_seconds_bucket', labels: { le: 1 }, value: requests },
        { metricName: 'wait_seconds_bucket', labels: { le: '+Inf' }, value: requests },
        { metricName: 'wait_seconds_sum', labels: {}, value: requests / 2 },
        { metricName: 'wait_seconds_count', labels: {}, value: requests },
      ],
    },
  ]
}

/** Workers by number. A `silent` worker runs and does not answer. */
function createStage() {
  const running = new Map<number, MetricSnapshot[] | 'silent'>()
  const metrics = createWorkerMetrics(
    async () =>
      new Map([...running].filter((entry): entry is [number, MetricSnapshot[]] => entry[1] !== 'silent')),
    (worker) => running.has(worker),
  )
  return {
    running,
    async values() {
      const text = await metrics.text()
      const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
      return [value('requests_total{route="object"}'), value('wait_seconds_count'), value('open')]
    },
    text: () => metrics.text(),
  }
}

describe('createWorkerMetrics', () => {
  it('adds up what workers have, each metric once', async () => {
    const { running, text } = createStage()
    running.set(1, metricsOf(10, 1)).set(2, metricsOf(5, 2))
    const lines = (await text()).split('\n').filter((line) => line !== '' && !line.startsWith('# HELP'))
    assert.deepEqual(lines, [
      '# TYPE requests_total counter',
      'requests_total{route="object"} 15',
      '# TYPE open gauge',
      'open 3',
      '# TYPE wait_seconds histogram',
      'wait_seconds_bucket{le="1"} 15',
      'wait_seconds_bucket{le="+Inf"} 15',
      'wait_seconds_sum 7.5',
      'wait_seconds_count 15',
    ])
  })

  it('never lets a counter go back when a worker ends, nor counts it twice', async () => {
    const { running, values } = createStage()
    running.set(1, metricsOf(10, 1)).set(2, metricsOf(5, 2))
    await values()
    running.delete(1)
    assert.deepEqual(await values(), [15, 15, 2])
    running.set(3, metricsOf(1, 7))
    assert.deepEqual(await values(), [16, 16, 9])
    running.delete(2)
    running.delete(3)
    assert.deepEqual(await values(), [16, 16, Number.NaN])
    running.set(4, metricsOf(2, 0))
    assert.deepEqual(await values(), [18, 18, 0])
  })

  it('counts who does not answer as it was last seen, and anew once it does', async () => {
    const { running, values } = createStage()
    running.set(1, metricsOf(10, 1)).set(2, metricsOf(5, 2))
    await values()
    running.set(1, 'silent')
    assert.deepEqual(await values(), [15, 15, 2])
    running.set(1, metricsOf(12, 3))
    assert.deepEqual(await values(), [17, 17, 5])
  })

  it('gives the same answer to all who ask at once', async () => {
    const { running, text } = createStage()
    running.set(1, metricsOf(10, 1))
    await text()
    running.delete(1)
    const [one, two] = await Promise.all([text(), text()])
    assert.equal(one, two)
    assert.match(one, /requests_total\{route="object"\} 10/)
  })
})
