import { startCampaignStage } from '../campaign-stage.ts'
import { createComparison } from '../library.ts'
import { createRawClient } from '../raw-client.ts'
import { type Figure, inLanes, signIn } from './figure.ts'

const wantedCuts = 10_000
const lanes = 12

export const cuts: Figure = {
  name: 'cuts',
  title: '10,000 cuts by S3 at random offsets: each one healed or visible',
  async measure(random, scale) {
    const stage = await startCampaignStage(random)
    try {
      const cookie = await signIn(stage)
      const sizes = [70_000, 200_000, 500_000, 1_200_000]
      const objects = sizes.map((sizeBytes, seed) => {
        const { etag } = stage.s3.put(`cut/${sizeBytes}`, { body: { sizeBytes, seed } })
        return { sizeBytes, seed, etag: etag as string }
      })
      let broken = 0
      stage.s3.misbehave(({ key = '', headers }) => {
        const sizeBytes = Number(/^cut\/(\d+)$/.exec(key)?.[1] ?? 0)
        // Every first answer is cut, and half of the continuations.
        if (headers['if-match'] !== undefined && random.chance(0.5)) return undefined
        const how = random.chance(0.01) ? 'stall' : random.pick(['reset', 'fin'] as const)
        const cutAfterBytes = random.below(sizeBytes)
        const firstByte = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
        if (cutAfterBytes < sizeBytes - firstByte) broken++
        return { cutAfterBytes, how, ...(random.chance(0.1) ? { noEtag: true } : {}) }
      })
      const counts = { healed: 0, visible: 0, wrong: 0 }
      await inLanes(wantedCuts, lanes, async () => {
        if (broken >= wantedCuts * scale) return
        const version = random.pick(objects)
        const comparison = createComparison(version, 0)
        const client = createRawClient(stage.proxy.port)
        const answer = await client.ask(
          { method: 'GET', target: `/cut/${version.sizeBytes}`, headers: { cookie } },
          { onBody: comparison.take, isLast: true },
        )
        if (!comparison.agrees || answer.status !== 200) counts.wrong++
        else if (answer.ending === 'complete' && answer.bodyBytes === version.sizeBytes) counts.healed++
        else if (answer.ending === 'reset') counts.visible++
        else counts.wrong++
      })
      return {
        got: `${broken} cuts: ${counts.healed} bodies whole, ${counts.visible} cut visibly, ${counts.wrong} wrong`,
        isReached: counts.wrong === 0 && counts.healed > 0 && broken >= wantedCuts * scale,
      }
    } finally {
      await stage.close()
    }
  },
}
