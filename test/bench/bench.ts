import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cpuMicroseconds, peakMemoryBytes, resetPeakMemory } from '../helpers/machine/process-usage.ts'
import { drawChart } from './chart.ts'
import { stopPeers } from './launch.ts'
import type { LoadJob, LoadResult } from './load.ts'
import { type Peer, peerNames, takesPart } from './peer.ts'
import { createCertificate, startPeer, startRedis } from './peers.ts'
import { formatReport, type Sample, writeReport } from './report.ts'
import { startSso } from './sso.ts'
import { measureStart } from './start-time.ts'
import { type Work, works } from './works.ts'

const usage = `usage: npm run bench -- [--quick] [--only WORK[,WORK]] [--peers PEER[,PEER]] [--rounds N] [--profile FOLDER] [--before FOLDER]
                            [--mounts] [--metrics]
  works: ${works.map((work) => work.name).join(', ')}, start
  peers: ${peerNames.join(', ')}
docs/benchmarks.md and docs/benchmarks.svg are written when everything was measured.
--profile leaves a CPU profile of s3proxy, which takes longer with it, for the developer tools of a browser;
--mounts measures s3proxy with twenty mounts as well, as the peer 's3proxy mounts'; --metrics gives each s3proxy an admin port;
--before names another checkout, built, which is measured in the same run as the peer 's3proxy before'.
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'string' },
    before: { type: 'string' },
    mounts: { type: 'boolean', default: false },
    metrics: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
  process.exit()
}
const rounds = Number(values.rounds ?? (values.quick ? 3 : 7))
const scale = values.quick ? 0.25 : 1
const isWanted = (name: string) => values.only?.split(',').includes(name) ?? true
const wantedWorks = works.filter(({ name }) => isWanted(name))
const wantedPeers = peerNames
  .filter((name) => name !== 's3proxy before' || values.before !== undefined)
  .filter((name) => name !== 's3proxy mounts' || values.mounts)
  .filter((name) => values.peers?.split(',').includes(name) ?? true)

const folder = mkdtempSync(join(tmpdir(), 's3proxy-bench-'))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await stopPeers()
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  })
const samples: Sample[] = []
const starts = isWanted('start') ? await measureStart(values.quick ? 5 : 15) : undefined
try {
  const { certificate, key } = createCertificate(folder)
  const origin = helper('origin.ts', [certificate, key])
  const [ports] = (await once(origin, 'message')) as [{ port: number; securePort: number }]
  const load = helper('load.ts', [])
  const sso = await startSso()
  const redisPort = await startRedis(folder)
  const peers = new Map<string, Peer>()
  for (const isSecure of [false, true]) {
    const objects = new Set(
      wantedWorks.filter((work) => work.isSecure === isSecure).map((work) => work.object),
    )
    if (objects.size === 0) continue
    const upstream = new URL(
      isSecure ? `https://127.0.0.1:${ports.securePort}/bucket/` : `http://127.0.0.1:${ports.port}/bucket/`,
    )
    for (const name of wantedPeers.filter((name) => takesPart(name, { isSecure }))) {
      const peer = await startPeer(name, {
        upstream,
        objects: [...objects],
        certificate,
        redisPort,
        sso,
        folder,
        profileFolder: values.profile,
        before: values.before,
        hasMetrics: values.metrics,
      })
      if (typeof peer === 'string') process.stdout.write(`${name} ${peer}: not measured\n`)
      else peers.set(`${name} ${isSecure}`, peer)
    }
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { work, name } of shuffle(
      wantedWorks.flatMap((work) => wantedPeers.map((name) => ({ work, name }))),
    )) {
      const peer = peers.get(`${name} ${work.isSecure}`)
      if (peer === undefined) continue
      const sample = await measure(load, peer, work, round === 0 ? scale / 2 : scale)
      process.stderr.write(
        `${round} ${work.name} ${name}: ${Math.round(sample.cpuMicros)} µs CPU, ${Math.round(sample.wallMs)} ms\n`,
      )
      // The first round only warms up.
      if (round > 0) samples.push({ ...sample, work: work.name, peer: name, round })
    }
    process.stderr.write(`round ${round} of ${rounds} is over\n`)
  }
  load.kill()
  origin.kill()
  sso.close()
} finally {
  await stopPeers()
  rmSync(folder, { recursive: true, force: true })
}

const report = formatReport(samples, starts, wantedPeers)
process.stdout.write(report)
const isWhole =
  values.only === undefined &&
  values.peers === undefined &&
  values.before === undefined &&
  !(values.quick || values.mounts || values.metrics)
if (isWhole) writeReport(report, drawChart(samples))

function helper(file: string, args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args)
}

async function measure(
  load: ChildProcess,
  peer: Peer,
  work: Work,
  share: number,
): Promise<Omit<Sample, 'work' | 'peer' | 'round'>> {
  const requests = work.requests < 2000 ? work.requests : Math.round(work.requests * share)
  const path = `${peer.basePath}${work.object.name}`
  const head = [
    `GET ${path} HTTP/1.1`,
    `host: 127.0.0.1:${peer.port}`,
    'user-agent: bench',
    'accept: */*',
    ...peer.credentialLines(path),
    ...(work.isConditional ? [`if-none-match: ${peer.etagOf(work.object)}`] : []),
  ]
  const job: LoadJob = {
    port: peer.port,
    request: `${head.join('\r\n')}\r\n\r\n`,
    connections: work.connections,
    requests,
    expectedStatus: work.isConditional ? 304 : 200,
    sizeBytes: work.isConditional ? 0 : work.object.sizeBytes,
  }
  const run = async (requests: number) => {
    load.send({ ...job, requests })
    const [result] = (await once(load, 'message')) as [LoadResult | { error: string }]
    if ('error' in result) throw new Error(`${peer.name}, ${work.title}: ${result.error}`)
    return result
  }
  // This run warms up: a Node process is slow after it was idle while others were measured.
  if (work.requests >= 2000) await run(Math.round(requests / 2))
  resetPeakMemory(peer.pid)
  const before = cpuMicroseconds(peer.pid)
  const result = await run(requests)
  const cpuMicros = (cpuMicroseconds(peer.pid) - before) / requests
  const { latenciesMs, wallMs } = result
  const at = (share: number) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * share))] ?? 0
  return {
    cpuMicros,
    wallMs,
    p99Ms: at(0.99),
    longestMs: at(1),
    meanMs: latenciesMs.reduce((sum, ms) => sum + ms, 0) / latenciesMs.length,
    peakBytes: peakMemoryBytes(peer.pid),
  }
}

function shuffle<T>(items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    ;[items[index], items[other]] = [items[other] as T, items[index] as T]
  }
  return items
}
