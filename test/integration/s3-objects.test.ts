import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { checkKey, toObjectKey, toWireKey } from '../../src/object/key.ts'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { headerIn } from '../helpers/clients/header-in.ts'
import { createRandom } from '../helpers/random.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const modified = 'Tue, 01 Oct 2024 10:00:00 GMT'
const later = 'Wed, 02 Oct 2024 10:00:00 GMT'
const earlier = 'Mon, 30 Sep 2024 10:00:00 GMT'

describe('objects in S3', { timeout: 120_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn()
    s3.put('text', { body: 'hello world', contentType: 'text/plain', lastModified: new Date(modified) })
    s3.put('empty', { body: '' })
    s3.put('large', { body: { sizeBytes: 300_000, seed: 4 } })
  })
  after(() => s3.close())

  const keys = [
    'a b.txt',
    'a+b.txt',
    'a%2Fb.txt',
    'a%20b.txt',
    '100%',
    '/leading',
    'trailing/',
    'a//b',
    'a///b//',
    "it's (1)*!.txt",
    ';:@&=$,?#[]',
    'naïve/日本語/\u{1f600}.txt',
    'e\u0301',
    'é',
    '\u00a0nbsp\u00a0',
    '\ufeffbom',
    'back\\slash',
    'tab\tcr\rlf\n',
    '.hidden/..x/...',
    'x'.repeat(1024),
  ]

  it('names exactly the object, through path and wire and back, with GET, HEAD and a range', async (t) => {
    const bucket = createBucketClient(t, s3)
    for (const key of keys) s3.put(key, { body: `body of ${key}` })
    for (const key of keys) {
      const body = Buffer.from(`body of ${key}`)
      const named = toObjectKey(`/${encodeURIComponent(key)}`)
      assert.equal(named, key)
      assert.equal((await readAll((await bucket.get(key)).body)).equals(body), true, key)
      const part = await bucket.get(key, { range: 'bytes=3-' })
      assert.equal((await readAll(part.body)).equals(body.subarray(3)), true, key)
      const head = await bucket.open(key, { method: 'HEAD' })
      assert.ok(head.kind === 'found')
      assert.equal(head.sizeBytes, body.length)
      head.body.cancel()
      assert.deepEqual(new Set(s3.requests.slice(-3).map((request) => request.key)), new Set([key]))
      assert.equal(s3.requests.at(-1)?.rawTarget, `/${s3.bucket}/${toWireKey(named)}`)
    }
    assert.equal(bucket.pool.usage.open, 1)
  })

  it('is signed below a prefix, in domain style, and with a session token', async (t) => {
    const other = await startS3StandIn({ sessionToken: 'FwoG+token/==', bucket: 'localhost-bucket' })
    t.after(() => other.close())
    other.put('pre fix/é/a+b', { body: 'x' })
    const bucket = createBucketClient(t, { ...other, endpoint: `${other.endpoint}pre%20fix/%C3%A9` })
    assert.equal((await readAll((await bucket.get('a+b')).body)).toString(), 'x')
    assert.equal(other.requests[0]?.authenticated, true)
  })

  for (const [range, status, contentRange] of [
    ['bytes=0-', 206, 'bytes 0-10/11'],
    ['bytes=0-0', 206, 'bytes 0-0/11'],
    ['bytes=6-10', 206, 'bytes 6-10/11'],
    ['bytes=6-999', 206, 'bytes 6-10/11'],
    ['bytes=-5', 206, 'bytes 6-10/11'],
    ['bytes=-99', 206, 'bytes 0-10/11'],
    ['bytes=5-2', 200, undefined],
    ['bytes=0-1,3-4', 200, undefined],
  ] as const) {
    for (const method of ['GET', 'HEAD'] as const) {
      it(`answers ${status} to ${method} for ${range}, as S3 does`, async (t) => {
        const result = await createBucketClient(t, s3).open('text', { method, conditions: { range } })
        assert.ok(result.kind === 'found')
        assert.equal(result.status, status)
        assert.equal(headerIn(result.headers, 'content-range'), contentRange)
        const [first, last] = (contentRange?.match(/\d+/g) ?? ['0', '10']).map(Number)
        const expected = 'hello world'.slice(first, (last ?? 0) + 1)
        assert.equal(result.sizeBytes, expected.length)
        if (method === 'GET') assert.equal((await readAll(result.body)).toString(), expected)
        else result.body.cancel()
      })
    }
  }

  it('says where a range would lie, when there is no such part', async (t) => {
    const bucket = createBucketClient(t, s3)
    for (const method of ['GET', 'HEAD'] as const) {
      const result = await bucket.open('text', { method, conditions: { range: 'bytes=11-' } })
      assert.ok(result.kind === 'range-not-satisfiable')
      assert.equal(result.sizeBytes, 11)
    }
    assert.equal(
      (await bucket.open('text', { conditions: { range: 'bytes=-0' } })).kind,
      'range-not-satisfiable',
    )
  })

  it('gives an empty object, and no part of it', async (t) => {
    const bucket = createBucketClient(t, s3)
    const found = await bucket.get('empty')
    assert.equal(found.sizeBytes, 0)
    assert.equal(await found.body.read(), null)
    const part = await bucket.open('empty', { conditions: { range: 'bytes=0-' } })
    assert.ok(part.kind === 'range-not-satisfiable')
    assert.equal(part.sizeBytes, 0)
  })

  it('answers conditions as S3 does', async (t) => {
    const bucket = createBucketClient(t, s3)
    const { headers, body } = await bucket.get('text')
    body.cancel()
    const etag = headerIn(headers, 'etag') ?? ''
    for (const [conditions, kind] of [
      [{ 'if-match': etag }, 'found'],
      [{ 'if-match': '"x"' }, 'precondition-failed'],
      [{ 'if-match': `W/${etag}` }, 'precondition-failed'],
      [{ 'if-none-match': etag }, 'not-modified'],
      [{ 'if-none-match': `"x", W/${etag}` }, 'not-modified'],
      [{ 'if-none-match': '*' }, 'not-modified'],
      [{ 'if-none-match': '"x"' }, 'found'],
      [{ 'if-modified-since': modified }, 'not-modified'],
      [{ 'if-modified-since': earlier }, 'found'],
      [{ 'if-unmodified-since': modified }, 'found'],
      [{ 'if-unmodified-since': earlier }, 'precondition-failed'],
      [{ 'if-match': etag, 'if-unmodified-since': earlier }, 'found'],
      [{ 'if-none-match': '"x"', 'if-modified-since': later }, 'found'],
      [{ 'if-none-match': etag, range: 'bytes=0-1' }, 'not-modified'],
      [{ 'if-match': '"x"', range: 'bytes=99-' }, 'precondition-failed'],
    ] as const) {
      for (const method of ['GET', 'HEAD'] as const) {
        const result = await bucket.open('text', { method, conditions })
        assert.equal(result.kind, kind, `${method} ${JSON.stringify(conditions)}`)
        if (result.kind === 'found') result.body.cancel()
        if (result.kind === 'not-modified') assert.equal(headerIn(result.headers, 'etag'), etag)
      }
    }
  })

  it('reads any key, range and pacing byte-exact, however the bytes are cut on the wire', async (t) => {
    const random = createRandom()
    const bucket = createBucketClient(t, s3)
    for (let round = 0; round < 700; round++) {
      const what = `round ${round}, TEST_SEED=${random.seed}`
      const key = checkKey(`r/${random.text(1 + random.below(12))}`) ?? 'r/refused'
      const sizeBytes = 1 + random.below(random.pick([3, 3000, 150_000, 700_000]))
      s3.put(key, { body: { sizeBytes, seed: round } })
      s3.misbehave(
        random.pick([
          {},
          { sliceBytes: Math.max(1, Math.ceil(sizeBytes / (1 + random.below(60)))) },
          { cutAfterBytes: random.below(sizeBytes), how: random.pick(['reset', 'fin'] as const) },
          { status100Continue: true, closeAfterResponse: true },
        ]),
      )
      const once = s3.requestCount
      const first = random.below(sizeBytes)
      const last = first + random.below(sizeBytes)
      const range = random.pick([
        undefined,
        `bytes=${first}-`,
        `bytes=${first}-${last}`,
        `bytes=-${first + 1}`,
      ])
      const from = range === undefined ? 0 : range.startsWith('bytes=-') ? sizeBytes - first - 1 : first
      const end = range === `bytes=${first}-${last}` ? Math.min(last + 1, sizeBytes) : sizeBytes
      const found = await bucket.get(key, range === undefined ? {} : { range })
      s3.misbehave(null)
      assert.equal(found.sizeBytes, end - from, what)
      const pause = random.chance(0.3)
      const body = await readAll(found.body, () =>
        pause && random.chance(0.5) ? new Promise((resolve) => setImmediate(resolve)) : undefined,
      )
      assert.equal(body.equals(generatedBytes(round, from, end - from)), true, what)
      assert.ok(s3.requestCount > once)
    }
    assert.equal(bucket.blocks.lentBytes, 0)
  })
})
