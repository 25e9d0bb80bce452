import { setTimeout as sleep } from 'node:timers/promises'
import { openRaw } from '../../helpers/clients/raw-http.ts'
import { startCampaignStage } from '../campaign-stage.ts'
import { defaultTimeouts, type Figure, inLanes, signIn } from './figure.ts'

const sockets = 4000
const limitMs = 15_000

export const slowSockets: Figure = {
  name: 'slow-sockets',
  title: '4,000 slow or silent sockets: gone within 15 s while logins work',
  async measure(random, scale) {
    const stage = await startCampaignStage(random, { env: defaultTimeouts })
    try {
      const count = Math.round(sockets * scale)
      const lives: number[] = []
      let logins = 0
      let slowestLoginMs = 0
      let isOver = false
      const people = (async () => {
        while (!isOver) {
          const startedAt = performance.now()
          await signIn(stage)
          logins++
          slowestLoginMs = Math.max(slowestLoginMs, performance.now() - startedAt)
          await sleep(50)
        }
      })()
      const ends: Promise<void>[] = []
      await inLanes(count, 50, async (index) => {
        const connection = await openRaw(stage.proxy.port)
        const openedAt = performance.now()
        // A third is silent, a third sends half a head, a third goes on sending it byte by byte.
        if (index % 3 > 0) connection.send('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ')
        const drip = index % 3 === 2 ? setInterval(() => connection.send('x'), 1000) : undefined
        ends.push(
          connection.ended.then(() => {
            clearInterval(drip)
            lives.push(performance.now() - openedAt)
            connection.socket.destroy()
          }),
        )
      })
      await Promise.race([Promise.all(ends), sleep(2 * limitMs)])
      isOver = true
      await people
      const longest = Math.max(...lives)
      return {
        got: `${lives.length} of ${count} gone, the last after ${(longest / 1000).toFixed(2)} s; ${logins} logins meanwhile, the slowest ${Math.round(slowestLoginMs)} ms`,
        isReached: lives.length === count && longest <= limitMs && logins > 0,
      }
    } finally {
      await stage.close()
    }
  },
}
