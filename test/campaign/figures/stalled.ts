import { setTimeout as sleep } from 'node:timers/promises'
import { peakMemoryBytes, resetPeakMemory } from '../../bench/usage.ts'
import { openRaw, type RawConnection } from '../../helpers/raw-http.ts'
import { createRawClient } from '../raw-client.ts'
import { startScene } from '../scene.ts'
import { type Figure, inLanes, percentile, signIn, usualPatience } from './figure.ts'
import { startS3Process } from './s3-process.ts'

const readers = 1000
const watchMs = 30_000
const mebibyte = 1 << 20

export const stalledReaders: Figure = {
  name: 'stalled',
  title: '1,000 stalled readers of 1 GiB objects: at most 256 MiB resident, health check p99 at most 100 ms',
  async measure(random, scale) {
    const s3 = await startS3Process([{ key: 'large.bin', sizeBytes: 1024 * mebibyte, seed: 3 }])
    const scene = await startScene(random, { env: { ...usualPatience, ...s3.env } })
    try {
      const cookie = await signIn(scene)
      const pid = scene.proxy.child.pid as number
      resetPeakMemory(pid)
      const times: number[] = []
      let isOver = false
      const health = (async () => {
        const client = createRawClient(scene.proxy.port)
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
        const connection = await openRaw(scene.proxy.port, { readsNothing: true })
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
        isReached: peak <= 256 && p99 <= 100 && open === count,
      }
    } finally {
      await scene.close()
      s3.end()
    }
  },
}
