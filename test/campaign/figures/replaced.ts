import { startCampaignStage } from '../campaign-stage.ts'
import { faultKinds } from '../faults/all.ts'
import { createComparison } from '../library.ts'
import { createRawClient } from '../raw-client.ts'
import { type Figure, inLanes, signIn } from './figure.ts'

const tries = 1000
const lanes = 8

export const replaced: Figure = {
  name: 'replaced',
  title: 'an object replaced midway, 1,000 tries: no mixed body',
  async measure(random, scale) {
    const stage = await startCampaignStage(random)
    try {
      const cookie = await signIn(stage)
      const large = stage.library.objects.filter(({ versions }) => versions[0].sizeBytes >= 65_536)
      const end = await faultKinds.find(({ replacesObjects }) => replacesObjects)?.begin(stage, random)
      const counts = { whole: 0, cut: 0, mixed: 0, other: 0 }
      stage.s3.requests.splice(0)
      await inLanes(Math.round(tries * scale), lanes, async () => {
        const { target, versions } = random.pick(large)
        const comparisons = versions.map((version) => createComparison(version, 0))
        const client = createRawClient(stage.proxy.port)
        const answer = await client.ask(
          { method: 'GET', target, headers: { cookie } },
          {
            onBody: (piece, offset) => {
              for (const comparison of comparisons) comparison.take(piece, offset)
            },
            isLast: true,
          },
        )
        const isOfOne = comparisons.some(
          ({ agrees, version }) => agrees && answer.headers.get('etag') === version.etag,
        )
        if (!isOfOne) counts.mixed++
        else if (answer.ending === 'complete') counts.whole++
        else if (answer.ending === 'reset') counts.cut++
        else counts.other++
      })
      await end?.()
      const cuts = stage.s3.requests.filter(({ outcome }) => outcome === 'cut').length
      return {
        got: `${counts.mixed} mixed; ${counts.whole} whole, ${counts.cut} cut visibly; S3 broke off ${cuts} times`,
        isReached: counts.mixed + counts.other === 0 && counts.cut > 0 && cuts > 0,
      }
    } finally {
      await stage.close()
    }
  },
}
