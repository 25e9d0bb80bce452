import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRaw, type RawConnection } from '../../helpers/clients/raw-http.ts'
import { peakMemoryBytes, resetPeakMemory } from '../../helpers/machine/process-usage.ts'
import { localhostFiles } from '../../helpers/network/localhost-tls.ts'
import type { Random } from '../../helpers/random.ts'
import { startS3StandInProcess } from '../../helpers/s3/stand-in/start-process.ts'
import { s3EnvironmentOf } from '../../helpers/stage/environment.ts'
import { startCampaignStage } from '../campaign-stage.ts'
import { createRawClient } from '../raw-client.ts'
import { defaultTimeouts, type Figure, inLanes, type Measured, percentile, signIn } from './figure.ts'

const readers = 1000
const watchMs = 30_000
const mebibyte = 1 << 20

const goal = 'at most 256 MiB resident'

export const stalledReaders: Figure = {
  name: 'stalled',
  title: `1,000 stalled readers of 1 GiB objects: ${goal}, health check p99 at most 100 ms`,
  measure: (random, scale) => measureStalled(random, scale),
}

export const stalledTlsReaders: Figure = {
  name: 'stalled-tls',
  title: `1,000 stalled readers of 1 GiB objects, over TLS of its own: ${goal}`,
  measure: (random, scale) => measureStalled(random, scale, readFileSync(localhostFiles.certFile)),
}

/** @param ca the certificate of a proxy that speaks TLS */
async function measureStalled(random: Random, scale: number, ca?: Buffer): Promise<Measured> {
  const s3 = await startS3StandInProcess([
    { key: 'health.txt', text: 'healthy' },
    { key: 'b.bin', sizeBytes: 4096, seed: 1 },
    { key: 'large.bin', sizeBytes: 1024 * mebibyte, seed: 3 },
  ])
  const tlsEnv = {
    S3PROXY_SERVER_TLS_CERT_FILE: localhostFiles.certFile,
    S3PROXY_SERVER_TLS_KEY_FILE: localhostFiles.keyFile,
  }
  const env = { ...defaultTimeouts, ...s3EnvironmentOf(s3), ...(ca === undefined ? {} : tlsEnv) }
  const stage = await startCampaignStage(random, { env })
  try {
    const cookie = await signIn(stage, ca)
    const pid = stage.proxy.child.pid as number
    resetPeakMemory(pid)
    const times: number[] = []
    let isOver = false
    const health = (async () => {
      const client = createRawClient(stage.proxy.port, ca)
      while (!isOver) {
        const answer = await client.ask({ method: 'GET', target: '/health.txt', headers: {} })
        times.push(answer.status === 200 ? answer.totalMs : Number.POSITIVE_INFINITY)
        await sleep(20)
      }
      client.close()
    })()
    const connections: RawConnection[] = []
    const count = Math.round(readers * scale)
    await inLanes(count, 20, async () => {
      const connection = await openRaw(stage.proxy.port, { readsNothing: true, ...(ca && { ca }) })
      connection.send(`GET /large.bin HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\n\r\n`)
      connections.push(connection)
      await sleep(10)
    })
    await sleep(watchMs * Math.max(scale, 0.3))
    isOver = true
    await health
    const open = connections.filter(({ socket }) => !socket.closed).length
    const peak = peakMemoryBytes(pid) / mebibyte
    const p99 = percentile(times, 0.99)
    for (const { socket } of connections) socket.destroy()
    return {
      got: `${open} readers: ${peak.toFixed(0)} MiB at most, ${times.length} health checks, p99 ${p99.toFixed(0)} ms`,
      // A thousand handshakes have the health check wait for them on any busy machine.
      isReached: peak <= 256 && (ca !== undefined || p99 <= 100) && open === count,
    }
  } finally {
    await stage.close()
    s3.end()
  }
}
