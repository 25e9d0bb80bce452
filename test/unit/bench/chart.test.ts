import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drawChart } from '../../bench/chart.ts'
import type { PeerName } from '../../bench/peer.ts'
import type { Sample } from '../../bench/report.ts'

const sample = (work: string, peer: PeerName, cpuMicros: number): Sample => ({
  ...{ work, peer, round: 1, cpuMicros },
  ...{ wallMs: 0, p99Ms: 0, longestMs: 0, meanMs: 0, peakBytes: 0 },
})

/** The texts behind the bars, by the title of their work. */
function barsOf(svg: string): Record<string, string[]> {
  const bars: Record<string, string[]> = {}
  let work = ''
  for (const [, attributes = '', content = ''] of svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)) {
    if (attributes.includes('class="work"')) work = content
    else if (attributes.includes('text-anchor="end"')) bars[work] = [...(bars[work] ?? []), content]
  }
  return bars
}

describe('drawChart', () => {
  const both = [sample('small', 's3proxy', 60), sample('small', 'nginx', 20)]
  const secure = [sample('large-https', 's3proxy', 90), sample('large-https', 'nginx', 100)]

  it('draws the bars of a work in proportion', () => {
    const widths = [...drawChart(both).matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => width)
    assert.deepEqual(widths, ['500.0', '166.7'])
  })

  it('has no bar for a peer that lacks a work, and one where it has it', () => {
    const bars = barsOf(drawChart([...both, sample('small', 'versitygw', 30), ...secure]))
    assert.deepEqual(bars['1 KiB'], ['s3proxy', 'nginx', 'versitygw'])
    assert.deepEqual(bars['1 GiB, https origin'], ['s3proxy', 'nginx'])
  })

  it('says what versitygw is where it is shown', () => {
    assert.match(drawChart([...both, sample('small', 'versitygw', 30)]), /versitygw is no proxy/)
    assert.doesNotMatch(drawChart(both), /versitygw/)
  })

  it('stays finite where a work was not measured by anybody', () => {
    assert.doesNotMatch(drawChart(both), /NaN|Infinity/)
  })
})
