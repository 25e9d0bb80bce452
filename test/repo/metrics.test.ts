import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { MetricSnapshot } from '../../src/telemetry/prom-client.ts'
import { RequestRecord } from '../../src/telemetry/request-record.ts'
import { createRequestTally } from '../../src/telemetry/request-tally.ts'

interface Dashboard {
  panels: {
    id: number
    title: string
    gridPos: { x: number; y: number; w: number }
    targets: { expr: string }[]
  }[]
  templating: { list: { name: string; query: string | { query: string } }[] }
}

const rows = (
  readFileSync('docs/metrics.md', 'utf8').match(/^\| `(?:s3proxy|nodejs|process)_.*\|$/gm) ?? []
).map((row) => row.split('|').map((cell) => cell.trim()))
const documented = new Map(
  rows
    .filter((cells) => cells.length > 5)
    .map(([, name = '', type = '', labels = '']) => [
      name.replaceAll('`', ''),
      { type, labels: (labels.match(/\w+/g) ?? []).sort() },
    ]),
)
const dashboard = JSON.parse(readFileSync('docs/grafana-dashboard.json', 'utf8')) as Dashboard
let metrics: MetricSnapshot[]

/** Counts everything once, and runs the garbage collector. */
before(async () => {
  const requests = createRequestTally()
  const record = Object.assign(new RequestRecord('GET', 0), {
    ...{ route: 'object', status: 200, bytes: 1, headAtMs: 1, endedAtMs: 1 },
    ...{ outcome: 'cut', code: 'S3_TIMEOUT', healed: 1, askedTwiceBytes: 1, parts: 1, sessionMs: 1 },
    mount: 'films',
  } as const)
  requests.count(record)
  const read = createMetrics({
    ...{ version: { version: '1', commit: 'c' }, requests },
    activity: () => ({ requests: 0, streams: 0 }),
    s3: () => [{ origin: 'https://s3.example.com', open: 1, idle: 0, waiting: 0 }],
    limits: () => ({ waiting: 0, refusals: { late: 1, crowd: 0 } }),
    sessionStore: () => ({ isUp: true, pending: 0 }),
    droppedLines: () => 1,
    faults: () => 1,
  })
  for (let attempt = 0; attempt < 200; attempt++) {
    Array.from({ length: 10_000 }, () => ({}))
    await new Promise((resolve) => setTimeout(resolve, 10))
    metrics = await read()
    if (metrics.every(({ values }) => values.length > 0)) return
  }
})

describe('docs/metrics.md', () => {
  it('has every metric with its type and its labels, and no other', () => {
    const real = metrics.map(({ name, type, values }) => {
      const labels = new Set(values.flatMap((value) => Object.keys(value.labels)))
      labels.delete('le')
      return [name, { type, labels: [...labels].sort() }] as const
    })
    assert.deepEqual(
      [...documented].sort(),
      real.toSorted((one, other) => (one[0] < other[0] ? -1 : 1)),
    )
  })

  it('names no metric that does not exist', () => {
    const text = readFileSync('docs/metrics.md', 'utf8')
    const named = text.match(/\b(?:s3proxy|nodejs|process)_[a-z0-9_]+/g) ?? []
    assert.deepEqual(
      named.filter((name) => !documented.has(name)),
      [],
    )
  })
})

describe('docs/grafana-dashboard.json', () => {
  const drawnQueries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const queries = [
    ...drawnQueries,
    ...dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query)),
  ]
  const names = (query: string) =>
    (query.match(/\b(?:s3proxy|nodejs|process)_[a-z0-9_]+/g) ?? []).map((name) =>
      name.replace(/_bucket$/, ''),
    )

  it('draws metrics that exist, and every one of ours', () => {
    const drawn = new Set(queries.flatMap(names))
    assert.deepEqual(
      [...drawn].filter((name) => !documented.has(name)),
      [],
    )
    assert.deepEqual(
      [...documented.keys()].filter((name) => name.startsWith('s3proxy_') && !drawn.has(name)),
      [],
    )
  })

  it('asks for labels that they have', () => {
    for (const query of queries) {
      const known = new Set(names(query).flatMap((name) => documented.get(name)?.labels ?? []))
      // Prometheus adds `job` and `instance`, and buckets have `le`.
      for (const label of ['job', 'instance', 'le']) known.add(label)
      const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */))
      const selected = [...query.matchAll(/([a-z]+)=~?"/g)].map(([, label = '']) => label)
      for (const label of [...grouped, ...selected]) assert.ok(known.has(label), `${label} in ${query}`)
    }
  })

  it('rates counters and histograms, and nothing else', () => {
    for (const query of drawnQueries)
      for (const [, before = '', name = ''] of query.matchAll(
        /(rate\()?\b((?:s3proxy|nodejs|process)_[a-z0-9_]+)/g,
      )) {
        const { type } = documented.get(name.replace(/_bucket$/, '')) ?? {}
        assert.equal(before !== '', type !== 'gauge', `${name} in ${query}`)
      }
  })

  it('has panels beside each other, and each of them once', () => {
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length)
    assert.equal(new Set(dashboard.panels.map(({ title }) => title)).size, dashboard.panels.length)
    for (const { gridPos } of dashboard.panels) assert.ok(gridPos.x + gridPos.w <= 24)
  })
})
