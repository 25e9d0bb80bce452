import { setTimeout as sleep } from 'node:timers/promises'
import { startCampaignStage } from '../campaign-stage.ts'
import { createComparison } from '../library.ts'
import { createRawClient, type RawAnswer } from '../raw-client.ts'
import { defaultTimeouts, type Figure, inLanes, percentile, signIn } from './figure.ts'

const kills = 20
const lanes = 12
const limitMs = 2000
const bodiesAtOnce = 4
const sizeBytes = 16 << 20
const seed = 9

export const redisKills: Figure = {
  name: 'redis',
  title:
    'Redis killed 20 times under load: failures are 503 within 2 s, running bodies finish, good within 2 s of its return',
  async measure(random, scale) {
    const stage = await startCampaignStage(random, {
      env: { ...defaultTimeouts, S3PROXY_SESSION_TIMEOUT_MS: '1000' },
    })
    try {
      stage.s3.put('slow.bin', { body: { sizeBytes, seed } })
      let [failures, slowest, wrong, bodies] = [0, 0, 0, 0]
      const returns: number[] = []
      const others: string[] = []
      const count = Math.max(1, Math.round(kills * scale))
      for (let kill = 0; kill < count; kill++) {
        const cookie = await signIn(stage)
        // The pace makes each body take longer than the outage.
        const before = stage.s3.requestCount
        const running = Array.from({ length: bodiesAtOnce }, () => download(stage.proxy.port, cookie))
        await stage.s3.requestsReach(before + bodiesAtOnce)
        let isOver = false
        let returnedAt = Number.POSITIVE_INFINITY
        let goodAt = 0
        const load = inLanes(lanes, lanes, async () => {
          const client = createRawClient(stage.proxy.port)
          while (!isOver) {
            const startedAt = performance.now()
            const answer = await client.ask({ method: 'GET', target: '/b.bin', headers: { cookie } })
            const isKnown = [200, 302].includes(answer.status) && answer.ending === 'complete'
            if (answer.status === 503) {
              failures++
              slowest = Math.max(slowest, answer.headMs)
            } else if (!isKnown) {
              wrong++
              others.push(`${answer.status} ${answer.ending} after ${Math.round(answer.totalMs)} ms`)
            }
            // Redis is empty then; a redirect to the SSO takes a Redis that works.
            if (startedAt > returnedAt && isKnown && goodAt === 0) goodAt = performance.now()
            await sleep(5)
          }
          client.close()
        })
        await sleep(100 + random.below(200))
        await stage.redis.kill()
        await sleep(300 + random.below(1500))
        await stage.redis.restart()
        returnedAt = performance.now()
        while (goodAt === 0 && performance.now() - returnedAt < 10_000) await sleep(5)
        isOver = true
        await load
        returns.push(goodAt === 0 ? Number.POSITIVE_INFINITY : goodAt - returnedAt)
        for (const isWhole of await Promise.all(running)) {
          if (isWhole) bodies++
          else wrong++
        }
      }
      return {
        got: `${count} kills: ${failures} answers 503, the slowest after ${Math.round(slowest)} ms; ${bodies} of ${bodiesAtOnce * count} running bodies whole; good again after ${Math.round(percentile(returns, 0.5))} ms (median), ${Math.round(percentile(returns, 1))} ms at most; ${wrong} other ${others.slice(0, 5).join(', ')}`,
        isReached: wrong === 0 && failures > 0 && slowest <= limitMs && percentile(returns, 1) <= limitMs,
      }
    } finally {
      await stage.close()
    }
  },
}

async function download(port: number, cookie: string): Promise<boolean> {
  const comparison = createComparison({ sizeBytes, seed, etag: '' }, 0)
  const client = createRawClient(port)
  const answer: RawAnswer = await client.ask(
    { method: 'GET', target: '/slow.bin', headers: { cookie } },
    { onBody: comparison.take, isLast: true, pauseMs: 1500 },
  )
  return (
    answer.status === 200 &&
    answer.ending === 'complete' &&
    comparison.agrees &&
    answer.bodyBytes === sizeBytes
  )
}
