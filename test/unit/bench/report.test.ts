import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { type PeerName, peerNames } from '../../bench/peer.ts'
import { formatReport, median, ratioTo, type Sample } from '../../bench/report.ts'

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

describe('formatReport', () => {
  const peers: PeerName[] = ['s3proxy', 'nginx', 'oauth2-proxy', 'versitygw']
  const samples = [
    ...[sample('s3proxy', 1, 60), sample('nginx', 1, 20), sample('versitygw', 1, 120)],
    ...[sample('s3proxy', 1, 900), sample('nginx', 1, 1000)].map((one) => ({ ...one, work: 'large-https' })),
  ]
  const lines = formatReport(samples, undefined, peers).split('\n')
  const under = (title: string) => {
    const start = lines.indexOf(`### ${title}`)
    return lines.slice(start, lines.indexOf('', start + 2))
  }

  it('has a dash for a work that a peer does not do, and says what was not measured', () => {
    assert.equal(
      lines.find((line) => line.startsWith('| 1 GiB, https origin |')),
      '| 1 GiB, https origin | 0.90 x (goal 1.3) | not measured | – |',
    )
    const rows = under('1 GiB, https origin')
    assert.ok(rows.includes('| versitygw | – | | | | |'), rows.join('\n'))
    assert.ok(rows.includes('| oauth2-proxy | not measured | | | | |'), rows.join('\n'))
  })

  it('has figures of the same peer for a work that it does', () => {
    assert.equal(
      lines.find((line) => line.startsWith('| 1 KiB |')),
      '| 1 KiB | 3.00 x (goal 5) | not measured | 0.50 x |',
    )
    assert.ok(
      under('1 KiB').some((line) => line.startsWith('| versitygw | 120 µs | 120 µs – 120 µs | 6.00 x |')),
    )
  })
})

describe('docs/benchmarks.md', () => {
  it('says of every peer what it does', () => {
    const page = readFileSync(new URL('../../../docs/benchmarks.md', import.meta.url), 'utf8')
    const [table = ''] = /\| peer \| what it does \|[\s\S]*?\n\n/.exec(page) ?? []
    const named = [...table.matchAll(/^\| ([^|]+?) \| (?!what)/gm)].map(([, name]) => name)
    assert.deepEqual(
      named,
      peerNames.filter((name) => !['s3proxy mounts', 's3proxy before'].includes(name)),
    )
  })
})
