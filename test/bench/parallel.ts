import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { parseArgs } from 'node:util'
import { cpuMicroseconds, peakMemoryBytes, resetPeakMemory } from '../helpers/machine/process-usage.ts'
import { bareEnv, program, startProxy } from '../helpers/proxy/proxy-process.ts'
import type { S3StandInOptions } from '../helpers/s3/stand-in/stand-in-types.ts'
import { type S3StandInProcess, startS3StandInProcess } from '../helpers/s3/stand-in/start-process.ts'
import { environmentOf, s3EnvironmentOf } from '../helpers/stage/environment.ts'
import { median } from './report.ts'

// Measures how much faster several connections are than one, when S3 gives each of them 25 MB/s and takes 30 ms to
// answer, and their cost when one is fast enough. Prints tables for docs/decisions/007-parallel-reads.md:
//   node --import tsx test/bench/parallel.ts [--rounds N] [--mib N] [--connections 1,2,4,8] [--part-mib N]
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    mib: { type: 'string', default: '1024' },
    connections: { type: 'string', default: '1,2,4,8' },
    'part-mib': { type: 'string', default: '12' },
  },
})
const mib = 1024 * 1024
const rounds = Number(values.rounds)
const counts = values.connections.split(',').map(Number)
const sizesMib = [48, 128, Number(values.mib)]

interface Sample {
  wallMs: number
  cpuMs: number
  peakBytes: number
}

const slow = await startS3({ bytesPerSecondPerConnection: 25e6, firstByteDelayMs: 30 })
for (const sizeMib of sizesMib) {
  const samples = new Map<string, Sample[]>()
  for (let round = 0; round < rounds; round++) {
    for (const connections of counts) {
      await add(samples, `serve ${connections}`, () => serveOnce(slow, sizeMib, connections))
      if (sizeMib === sizesMib.at(-1))
        await add(samples, `fetch ${connections}`, () => fetchOnce(slow, sizeMib, connections))
    }
  }
  print(`${sizeMib} MiB, each connection 25 MB/s and 30 ms to the first byte`, samples)
}
slow.end()
const fast = await startS3({})
const samples = new Map<string, Sample[]>()
for (let round = 0; round < 2 * rounds + 1; round++) {
  for (const connections of [1, 4])
    await add(samples, `serve ${connections}`, () => serveOnce(fast, 1024, connections))
}
print('1024 MiB, connections without a limit', samples)
fast.end()

/** Starts S3 in a process of its own, with an object of each size. */
function startS3(options: S3StandInOptions): Promise<S3StandInProcess> {
  const objects = [...new Set([...sizesMib, 1024])].map((sizeMib) => ({
    key: `${sizeMib}`,
    sizeBytes: sizeMib * mib,
  }))
  return startS3StandInProcess(objects, options)
}

function settings(connections: number): Record<string, string> {
  return {
    S3PROXY_S3_PARALLEL_CONNECTIONS: String(connections),
    S3PROXY_S3_PARALLEL_PART_BYTES: String(Number(values['part-mib']) * mib),
    // Eight connections need as much; the numbers are those of the connections alone.
    S3PROXY_S3_PARALLEL_MEMORY_BYTES: String(1024 * mib),
  }
}

/** Measures one download through a proxy of its own, whose peak of memory is this download's. */
async function serveOnce(s3: S3StandInProcess, sizeMib: number, connections: number): Promise<Sample> {
  const proxy = await startProxy({
    ...environmentOf({ s3 }),
    ...settings(connections),
    // The health check needs no login, and goes through the same code as everything else.
    AWS_S3_HEALTHCHECK_KEY: `${sizeMib}`,
    S3PROXY_SESSION_STORE: 'memory',
  })
  const pid = proxy.child.pid ?? 0
  resetPeakMemory(pid)
  const cpuBefore = cpuMicroseconds(pid)
  const startedMs = performance.now()
  const bytes = await download(proxy.port, `/${sizeMib}`)
  const wallMs = performance.now() - startedMs
  const cpuMs = (cpuMicroseconds(pid) - cpuBefore) / 1000
  const peakBytes = peakMemoryBytes(pid)
  await proxy.stop()
  if (bytes !== sizeMib * mib) throw new Error(`${bytes} bytes came instead of ${sizeMib * mib}`)
  return { wallMs, cpuMs, peakBytes }
}

/** Measures one `fetch`, with the time that the program takes to start. */
async function fetchOnce(s3: S3StandInProcess, sizeMib: number, connections: number): Promise<Sample> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [program, 'fetch', `${sizeMib}`, '--quiet'], {
    env: { ...bareEnv, ...s3EnvironmentOf(s3), ...settings(connections) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let bytes = 0
  let cpuMs = 0
  let peakBytes = 0
  for await (const piece of child.stdout) {
    bytes += (piece as Buffer).length
    if (bytes === sizeMib * mib) {
      // The process has written everything and waits for its end. Its CPU time can still be read now.
      cpuMs = cpuMicroseconds(child.pid ?? 0) / 1000
      peakBytes = peakMemoryBytes(child.pid ?? 0)
    }
  }
  const [status] = await closed
  if (status !== 0 || bytes !== sizeMib * mib)
    throw new Error(`fetch ended with ${status} after ${bytes} bytes`)
  return { wallMs: performance.now() - startedMs, cpuMs, peakBytes }
}

function download(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      response.on('end', () => resolve(bytes)).on('error', reject)
    }).on('error', reject)
  })
}

async function add(
  samples: Map<string, Sample[]>,
  name: string,
  measure: () => Promise<Sample>,
): Promise<void> {
  const sample = await measure()
  process.stderr.write(`${name}: ${Math.round(sample.wallMs)} ms, ${Math.round(sample.cpuMs)} ms CPU\n`)
  samples.set(name, [...(samples.get(name) ?? []), sample])
}

function print(title: string, samples: Map<string, Sample[]>): void {
  process.stdout.write(
    `\n${title}\n\n| | time | times as fast as one | CPU | peak memory |\n|---|---|---|---|---|\n`,
  )
  for (const [name, all] of samples) {
    const of = (pick: (sample: Sample) => number, which = all) => median(which.map(pick))
    const one = samples.get(name.replace(/\d+$/, '1')) ?? all
    const wallMs = of((sample) => sample.wallMs)
    const gain = of((sample) => sample.wallMs, one) / wallMs
    const [cpuMs, peakBytes] = [of((sample) => sample.cpuMs), of((sample) => sample.peakBytes)]
    process.stdout.write(
      `| ${name} | ${(wallMs / 1000).toFixed(2)} s | ${gain.toFixed(2)} | ${(cpuMs / 1000).toFixed(2)} s | ${Math.round(peakBytes / mib)} MiB |\n`,
    )
  }
}
