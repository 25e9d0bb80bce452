import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { type PeerName, takesPart } from './peer.ts'
import type { StartTimes } from './start-time.ts'
import { type Work, works } from './works.ts'

/** One measurement of one peer with one work. */
export interface Sample {
  work: string
  peer: PeerName
  round: number
  /** CPU time of the peer's processes, user and system, for each request. */
  cpuMicros: number
  wallMs: number
  p99Ms: number
  longestMs: number
  meanMs: number
  peakBytes: number
}

/** The peer that ratios are to. */
export const yardstick: PeerName = 'nginx'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** The median of the ratios within each round. A load that slows a whole round down does not change it. */
export function ratioTo(samples: readonly Sample[], work: string, peer: PeerName, other: PeerName): number {
  const cpuOf = (name: PeerName, round: number) =>
    samples.find((sample) => sample.work === work && sample.peer === name && sample.round === round)
      ?.cpuMicros
  const ratios = samples
    .filter((sample) => sample.work === work && sample.peer === peer)
    .map(({ cpuMicros, round }) => cpuMicros / (cpuOf(other, round) ?? Number.NaN))
    .filter((ratio) => Number.isFinite(ratio))
  return median(ratios)
}

/** The figures in Markdown: one table for each work. */
export function formatReport(
  samples: readonly Sample[],
  starts: StartTimes | undefined,
  peers: readonly PeerName[],
): string {
  const parts = works
    .filter((work) => samples.some((sample) => sample.work === work.name))
    .map((work) => workTable(samples, work, peers))
  if (samples.some(({ peer }) => peer === 's3proxy')) parts.unshift(summary(samples, peers))
  if (starts !== undefined) parts.push(startTable(starts))
  return `${machine()}\n\n${parts.join('\n\n')}\n`
}

const nginxGoals = { small: 5, medium: 2, 'not-modified': 5, large: 0.7, 'large-https': 1.3 }

/**
 * The goals that the project has set itself: CPU at most so many times that of another peer. They were set for 'nginx as
 * it comes', which may mean either of two, so both are held against them.
 */
const goals: Partial<Record<PeerName, Record<string, number>>> = {
  nginx: nginxGoals,
  'nginx one line': nginxGoals,
  'oauth2-proxy': { small: 0.5, medium: 0.7, large: 1 },
}

/** One row for each work: CPU of s3proxy in multiples of each peer's. */
function summary(samples: readonly Sample[], peers: readonly PeerName[]): string {
  const others = peers.filter((peer) => peer !== 's3proxy')
  const rows = works
    .filter((work) => samples.some((sample) => sample.work === work.name))
    .map((work) => {
      const cells = others.map((other) => {
        const ratio = ratioTo(samples, work.name, 's3proxy', other)
        const goal = goals[other]?.[work.name]
        if (!takesPart(other, work)) return '–'
        if (Number.isNaN(ratio)) return 'not measured'
        const verdict = goal === undefined ? '' : ` (goal ${goal}${ratio > goal ? ', missed' : ''})`
        return `${ratio.toFixed(2)} x${verdict}`
      })
      return `| ${work.title} | ${cells.join(' | ')} |`
    })
  return [
    '### CPU of s3proxy, in multiples of',
    '',
    `| | ${others.join(' | ')} |`,
    `|---|${others.map(() => '---:|').join('')}`,
    ...rows,
  ].join('\n')
}

function workTable(samples: readonly Sample[], work: Work, peers: readonly PeerName[]): string {
  const isCrowd = work.latency === 'longest'
  const latency = isCrowd ? ' longest / mean |' : work.latency === 'p99' ? ' p99 |' : ' time |'
  const cpu = isCrowd ? 'CPU for each' : work.unit === 's' ? 'CPU' : 'CPU a request'
  const rows = peers.map((peer) => {
    const own = samples.filter((sample) => sample.work === work.name && sample.peer === peer)
    if (!takesPart(peer, work)) return `| ${peer} | – | | | | |`
    if (own.length === 0) return `| ${peer} | not measured | | | | |`
    const cpus = own.map(({ cpuMicros }) => cpuMicros)
    const spread = `${amount(Math.min(...cpus))} – ${amount(Math.max(...cpus))}`
    const ratio = ratioTo(samples, work.name, peer, yardstick)
    const time = isCrowd
      ? `${median(own.map(({ longestMs, meanMs }) => longestMs / meanMs)).toFixed(2)}`
      : work.latency === 'p99'
        ? `${median(own.map(({ p99Ms }) => p99Ms)).toFixed(2)} ms`
        : `${(median(own.map(({ wallMs }) => wallMs)) / 1000).toFixed(2)} s`
    const memory = `${Math.round(median(own.map(({ peakBytes }) => peakBytes)) / 1024 ** 2)} MiB`
    const times = Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)} x`
    return `| ${peer} | ${amount(median(cpus))} | ${spread} | ${times} | ${time} | ${memory} |`
  })
  return [
    `### ${work.title}`,
    '',
    `| | ${cpu} | spread | to ${yardstick} |${latency} peak RSS |`,
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function startTable({ s3proxyMs, nodeMs }: StartTimes): string {
  const ratio = median(s3proxyMs.map((ms, run) => ms / (nodeMs[run] ?? Number.NaN)))
  const row = (name: string, times: number[], to: string) =>
    `| ${name} | ${median(times).toFixed(0)} ms | ${Math.min(...times).toFixed(0)} – ${Math.max(...times).toFixed(0)} ms | ${to} |`
  return [
    '### Start to listening',
    '',
    '| | time | spread | to `node -e 0` |',
    '|---|---:|---:|---:|',
    row('s3proxy', s3proxyMs, `${ratio.toFixed(2)} x`),
    row('`node -e 0`', nodeMs, '1.00 x'),
  ].join('\n')
}

function amount(micros: number): string {
  if (micros >= 100_000) return `${(micros / 1e6).toFixed(2)} s`
  return micros >= 1000 ? `${(micros / 1000).toFixed(2)} ms` : `${micros.toFixed(0)} µs`
}

function machine(): string {
  const date = new Date().toISOString().slice(0, 10)
  return `Measured ${date} on ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.`
}

const page = new URL('../../docs/benchmarks.md', import.meta.url)
const chart = new URL('../../docs/benchmarks.svg', import.meta.url)
const marked = /(<!-- figures -->\n)[\s\S]*(<!-- end of figures -->)/

/** Puts the figures between their marks in the page, and the chart beside it. */
export function writeReport(report: string, svg: string): void {
  const before = readFileSync(page, 'utf8')
  if (!marked.test(before)) throw new Error('docs/benchmarks.md has lost its marks around the figures')
  writeFileSync(
    page,
    before.replace(marked, (_, start, end) => `${start}\n${report}\n${end}`),
  )
  writeFileSync(chart, svg)
}
