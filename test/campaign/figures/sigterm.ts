import { setTimeout as sleep } from 'node:timers/promises'
import { startCampaignStage } from '../campaign-stage.ts'
import { createComparison, type KnownObject } from '../library.ts'
import { createRawClient } from '../raw-client.ts'
import { type Figure, signIn } from './figure.ts'

const stops = 50
const limitMs = 9500
const lanes = 12
const large = { sizeBytes: 64 << 20, seed: 4, etag: '' }

export const sigterm: Figure = {
  name: 'sigterm',
  title: 'SIGTERM 50 times under load: exit 0 within 9.5 s, nothing falsely complete',
  async measure(random, scale) {
    const counts = { whole: 0, cut: 0, refused: 0, wrong: 0 }
    let slowestMs = 0
    let badExits = 0
    const count = Math.max(1, Math.round(stops * scale))
    for (let stop = 0; stop < count; stop++) {
      const stage = await startCampaignStage(random)
      try {
        const { port } = stage.proxy
        const cookie = await signIn(stage)
        large.etag = stage.s3.put('large.bin', { body: large }).etag as string
        const known = stage.library.objects
        let isStopped = false
        const ask = async (object: Pick<KnownObject, 'target' | 'versions'>, pauseMs?: number) => {
          const [version] = object.versions
          const comparison = createComparison(version, 0)
          const client = createRawClient(port)
          const answer = await client.ask(
            { method: 'GET', target: object.target, headers: { cookie } },
            { onBody: comparison.take, quietLimitMs: 20_000, ...(pauseMs === undefined ? {} : { pauseMs }) },
          )
          client.close()
          const isWhole = answer.ending === 'complete' && answer.bodyBytes === version.sizeBytes
          if (answer.status === 200 && comparison.agrees && isWhole) counts.whole++
          else if (answer.status === 200 && comparison.agrees && answer.ending === 'reset') counts.cut++
          else if ((answer.status === 0 && answer.ending !== 'hung') || answer.status === 503)
            counts.refused++
          else counts.wrong++
        }
        const load = Array.from({ length: lanes }, async () => {
          while (!isStopped) {
            await ask(random.pick(known))
            await sleep(2)
          }
        })
        // Every other round has readers that do not finish in time.
        const pause = stop % 2 === 0 ? 1000 : 15_000
        for (let reader = 0; reader < 3; reader++)
          load.push(ask({ target: '/large.bin', versions: [large] }, pause))
        await sleep(200 + random.below(500))
        const startedAt = performance.now()
        stage.proxy.child.kill('SIGTERM')
        const { status } = await stage.proxy.exited
        slowestMs = Math.max(slowestMs, performance.now() - startedAt)
        if (status !== 0) badExits++
        isStopped = true
        await Promise.all(load)
      } finally {
        await stage.close()
      }
    }
    return {
      got: `${count} stops: ${badExits} exits other than 0, the slowest after ${(slowestMs / 1000).toFixed(2)} s; ${counts.whole} answers whole, ${counts.cut} cut visibly, ${counts.refused} refused, ${counts.wrong} wrong`,
      isReached: badExits === 0 && slowestMs <= limitMs && counts.wrong === 0 && counts.cut > 0,
    }
  },
}
