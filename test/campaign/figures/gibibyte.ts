import { createHash } from 'node:crypto'
import { generatedSha256 } from '../../helpers/s3/stand-in/generated-body.ts'
import { startCampaignStage } from '../campaign-stage.ts'
import { createRawClient } from '../raw-client.ts'
import { defaultTimeouts, type Figure, signIn } from './figure.ts'

const mebibyte = 1 << 20
const seed = 5

export const gibibyte: Figure = {
  name: 'gibibyte',
  title: '1 GiB through an S3 that cuts every 50 MiB: complete, same SHA-256',
  async measure(random, scale) {
    const sizeBytes = Math.round(1024 * scale) * mebibyte
    const parts: string[] = []
    let isReached = true
    for (const connections of ['1', '4']) {
      const stage = await startCampaignStage(random, {
        env: { ...defaultTimeouts, S3PROXY_S3_PARALLEL_CONNECTIONS: connections },
      })
      try {
        const cookie = await signIn(stage)
        stage.s3.put('large.bin', { body: { sizeBytes, seed } })
        // Each connection is cut, and so is the answer to a continuation.
        await stage.ways.s3.set({ resetAfterBytes: 50 * mebibyte, direction: 'to-client' })
        const hash = createHash('sha256')
        const client = createRawClient(stage.proxy.port)
        const answer = await client.ask(
          { method: 'GET', target: '/large.bin', headers: { cookie } },
          { onBody: (piece) => void hash.update(piece), quietLimitMs: 30_000, isLast: true },
        )
        const line = await stage.proxy.logged(({ path }) => path === '/large.bin')
        const isSame = hash.digest('hex') === generatedSha256(sizeBytes, seed)
        isReached &&= isSame && answer.ending === 'complete' && Number(line.healed ?? 0) > 0
        parts.push(
          `over ${connections} connection${connections === '1' ? '' : 's'}: ${isSame ? 'same' : 'ANOTHER'} SHA-256, ` +
            `healed ${line.healed ?? 0} times, ${line.askedTwiceBytes ?? 0} bytes asked twice`,
        )
      } finally {
        await stage.close()
      }
    }
    return { got: parts.join('; '), isReached }
  },
}
