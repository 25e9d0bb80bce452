import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { median, ratioTo, type Sample } from '../../bench/report.ts'

const sample = (peer: Sample['peer'], round: number, cpuMicros: number): Sample => ({
  ...{ work: 'small', peer, round, cpuMicros },
  ...{ wallMs: 0, p99Ms: 0, longestMs: 0, meanMs: 0, peakBytes: 0 },
})

describe('median', () => {
  it('is the middle, or between the two in the middle', () => {
    assert.equal(median([9, 1, 5]), 5)
    assert.equal(median([9, 1, 5, 3]), 4)
  })
})

describe('ratioTo', () => {
  it('compares within rounds, so that a slow round does not count', () => {
    const samples = [
      ...[sample('s3proxy', 1, 20), sample('nginx', 1, 10)],
      ...[sample('nginx', 2, 100), sample('s3proxy', 2, 200)],
      ...[sample('s3proxy', 3, 40), sample('nginx', 3, 20)],
    ]
    assert.equal(ratioTo(samples, 'small', 's3proxy', 'nginx'), 2)
  })

  it('is not a number for a peer that was not measured', () => {
    assert.equal(ratioTo([sample('s3proxy', 1, 20)], 'small', 's3proxy', 'oauth2-proxy'), Number.NaN)
  })
})
