import { setTimeout as sleep } from 'node:timers/promises'
import { startCampaignStage } from '../campaign-stage.ts'
import { createRawClient } from '../raw-client.ts'
import { defaultTimeouts, type Figure, faultsInLog, inLanes, signIn } from './figure.ts'
import { probeOf, withProbe } from './probe.ts'

const aborts = 10_000
const lanes = 16
const mebibyte = 1 << 20

export const abortedDownloads: Figure = {
  name: 'aborts',
  title: '10,000 aborted downloads: sockets to S3 closed within 1 s, descriptors and heap back to the start',
  async measure(random, scale) {
    const stage = await startCampaignStage(random, { env: { ...defaultTimeouts, ...withProbe } })
    try {
      const cookie = await signIn(stage)
      stage.s3.put('large.bin', { body: { sizeBytes: 256 * mebibyte, seed: 3 } })
      const count = Math.round(aborts * scale)
      const abortSome = (times: number) =>
        inLanes(times, lanes, async () => {
          const client = createRawClient(stage.proxy.port)
          const leaveAfterBytes = random.chance(0.2) ? 0 : random.below(600_000)
          await client.ask({ method: 'GET', target: '/large.bin', headers: { cookie } }, { leaveAfterBytes })
        })
      const underWay = () => stage.s3.requests.filter(({ outcome }) => outcome === 'open').length
      const settled = async () => {
        const startedAt = performance.now()
        while (underWay() > 0 && performance.now() - startedAt < 20_000) await sleep(10)
        return performance.now() - startedAt
      }
      // A first round sets up everything that is kept between requests.
      await abortSome(Math.ceil(count / 20))
      await settled()
      await sleep(1000)
      const before = await probeOf(stage)
      const startedAt = performance.now()
      await abortSome(count)
      const seconds = (performance.now() - startedAt) / 1000
      const lateMs = await settled()
      await sleep(2000)
      const after = await probeOf(stage)
      const heap = (bytes: number) => `${(bytes / mebibyte).toFixed(1)} MiB`
      return {
        got: `${count} in ${seconds.toFixed(0)} s: requests to S3 over ${Math.round(lateMs)} ms after the last; descriptors ${before.descriptors} before, ${after.descriptors} after; heap ${heap(before.heapBytes)} before, ${heap(after.heapBytes)} after`,
        isReached:
          lateMs <= 1000 &&
          after.descriptors <= before.descriptors + 4 &&
          after.heapBytes <= before.heapBytes * 1.1 + 2 * mebibyte &&
          faultsInLog(stage) === 0,
      }
    } finally {
      await stage.close()
    }
  },
}
