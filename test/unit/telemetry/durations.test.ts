import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Durations } from '../../../src/telemetry/durations.ts'

describe('Durations', () => {
  it('is a histogram: each bucket has what is not longer than its bound', () => {
    const durations = new Durations()
    for (const ms of [0, 1, 1.01, 7, 9999, 30_000, 30_001]) durations.add(ms)
    const values = durations.values('wait', { for: 's3' })
    const buckets = values.filter(({ metricName }) => metricName === 'wait_bucket')
    assert.deepEqual(
      buckets.map(({ labels, value }) => [labels.le, value]),
      [
        ...[
          [0.001, 2],
          [0.0025, 3],
          [0.005, 3],
          [0.01, 4],
          [0.025, 4],
          [0.05, 4],
          [0.1, 4],
        ],
        ...[
          [0.25, 4],
          [0.5, 4],
          [1, 4],
          [2.5, 4],
          [5, 4],
          [10, 5],
          [30, 6],
          ['+Inf', 7],
        ],
      ],
    )
    assert.ok(values.every(({ labels }) => labels.for === 's3'))
    assert.deepEqual(
      values.slice(-2).map(({ metricName, value }) => [metricName, Math.round(value * 1000)]),
      [
        ['wait_sum', 70_009],
        ['wait_count', 7000],
      ],
    )
  })
})
