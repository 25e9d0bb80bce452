import { mutateRequest } from '../../helpers/clients/mutate-request.ts'
import { askRaw, openRaw } from '../../helpers/clients/raw-http.ts'
import { startCampaignStage } from '../campaign-stage.ts'
import { type Figure, faultsInLog, inLanes } from './figure.ts'

const requests = 100_000
const lanes = 64

export const fuzz: Figure = {
  name: 'fuzz',
  title: '100,000 mutated raw requests: no crash, no 5xx but 501 and 505, the health check answers',
  async measure(random, scale) {
    const stage = await startCampaignStage(random, { env: { S3PROXY_SERVER_HEADERS_TIMEOUT_MS: '200' } })
    try {
      const { port } = stage.proxy
      stage.s3.put('health', { body: 'fine' })
      const statuses = new Map<number, number>()
      const count = Math.round(requests * scale)
      await inLanes(count, lanes, async () => {
        const text = mutateRequest(random)
        const connection = await openRaw(port)
        const at = random.chance(0.3) ? random.below(text.length) : text.length
        connection.send(text.slice(0, at))
        if (at < text.length) setImmediate(() => connection.send(text.slice(at)))
        const answered = connection.until((received) => received.includes('\r\n\r\n')).catch(() => {})
        await Promise.race([answered, connection.ended])
        connection.socket.destroy()
        for (const [, status] of connection.received.matchAll(/HTTP\/1\.1 (\d{3}) /g))
          statuses.set(Number(status), (statuses.get(Number(status)) ?? 0) + 1)
        stage.s3.requests.length = 0
      })
      const health = await askRaw(port, 'GET /health.txt HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
      const faults = [...statuses].filter(([status]) => status >= 500 && status !== 501 && status !== 505)
      const isAlive = stage.proxy.child.exitCode === null && stage.proxy.child.signalCode === null
      const list = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${times} × ${status}`)
      return {
        got: `${count} requests: ${isAlive ? 'no crash' : 'CRASHED'}, ${faultsInLog(stage)} faults in the log, health check ${health.status}; answers: ${list.join(', ')}`,
        isReached: isAlive && faults.length === 0 && faultsInLog(stage) === 0 && health.status === 200,
      }
    } finally {
      await stage.close()
    }
  },
}
