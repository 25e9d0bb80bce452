import type { Random } from '../../helpers/random.ts'
import { startCampaignStage } from '../campaign-stage.ts'
import { createComparison, type Version } from '../library.ts'
import { createRawClient, type RawAnswer } from '../raw-client.ts'
import { type Figure, inLanes, signIn } from './figure.ts'

const keys = 3000
const lanes = 8

export const keysByteExact: Figure = {
  name: 'keys',
  title: '3,000 keys of any Unicode text: byte-exact with GET, HEAD and Range',
  async measure(random, scale) {
    const stage = await startCampaignStage(random, {
      env: { S3PROXY_SSO_TOKEN_CHECK_INTERVAL_SECONDS: '60' },
    })
    try {
      const cookie = await signIn(stage)
      const objects = new Map<string, Version>()
      while (objects.size < Math.round(keys * scale)) {
        const key = random.text(1 + random.below(60))
        if (!isServable(key) || objects.has(key)) continue
        const body = { sizeBytes: 1 + random.below(20_000), seed: random.below(40) }
        objects.set(key, { ...body, etag: stage.s3.put(key, { body }).etag as string })
      }
      const wrong: string[] = []
      const list = [...objects]
      await inLanes(list.length, lanes, async (index) => {
        const [key, version] = list[index] as [string, Version]
        const client = createRawClient(stage.proxy.port)
        const first = random.below(version.sizeBytes)
        const last = first + random.below(version.sizeBytes - first)
        const ask = async (method: string, range?: string) => {
          const comparison = createComparison(version, range === undefined ? 0 : first)
          const headers = { cookie, ...(range === undefined ? {} : { range }) }
          const answer = await client.ask(
            { method, target: spell(key, random), headers },
            { onBody: comparison.take },
          )
          const isRight =
            comparison.agrees && answer.headers.get('etag') === version.etag && answer.ending === 'complete'
          return { answer, isRight }
        }
        const got = await ask('GET')
        const head = await ask('HEAD')
        const part = await ask('GET', `bytes=${first}-${last}`)
        const isGood =
          [got, head, part].every(({ isRight }) => isRight) &&
          is(got.answer, 200, version.sizeBytes, version.sizeBytes) &&
          is(head.answer, 200, version.sizeBytes, 0) &&
          is(part.answer, 206, last - first + 1, last - first + 1)
        if (!isGood) wrong.push(key)
        client.close()
      })
      return {
        got: `${list.length} keys, ${3 * list.length} answers, ${wrong.length} wrong${wrong.length > 0 ? `: ${JSON.stringify(wrong.slice(0, 5))}` : ''}`,
        isReached: wrong.length === 0,
      }
    } finally {
      await stage.close()
    }
  },
}

function is(
  { status, headers, bodyBytes }: RawAnswer,
  wanted: number,
  length: number,
  body: number,
): boolean {
  return status === wanted && Number(headers.get('content-length')) === length && bodyBytes === body
}

/** Whether the contract serves it: such a key does not climb out of the prefix, and is no path of ours. */
function isServable(key: string): boolean {
  return (
    Buffer.byteLength(key) <= 1024 &&
    key.isWellFormed() &&
    !key.split(/[/\\]/).some((segment) => segment === '.' || segment === '..') &&
    !key.startsWith('__s3proxy/')
  )
}

/** One of the many spellings of a key: each byte that may stand as it is does so by chance. */
function spell(key: string, random: Random): string {
  const bytes = [...Buffer.from(key)].map((byte) => {
    const character = String.fromCharCode(byte)
    const isPlain = /[A-Za-z0-9\-._~/!'()*;:@&=+$,[\]^|`{}"<>\\]/.test(character)
    if (isPlain && random.chance(0.8)) return character
    const hex = byte.toString(16).padStart(2, '0')
    return `%${random.chance(0.5) ? hex.toUpperCase() : hex}`
  })
  return `/${bytes.join('')}`
}
