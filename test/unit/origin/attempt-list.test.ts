import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it, type TestContext } from 'node:test'
import { type BucketClient, createBucketClient } from '../../helpers/clients/bucket-client.ts'
import { type RawServer, startRawServer } from '../../helpers/network/raw-server.ts'
import type { S3StandIn } from '../../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../../helpers/s3/stand-in/start-s3-stand-in.ts'

describe('attemptList', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  let bucket: BucketClient
  before(async () => {
    s3 = await startS3StandIn()
    for (const key of ['own/a', 'own/b/c', 'own/../up', 'own/./here', 'other/d']) s3.put(key, { body: key })
    bucket = createBucketClient({ after() {} }, { ...s3, endpoint: `${s3.endpoint}own/` })
  })
  afterEach(() => s3.misbehave(null))
  after(async () => {
    bucket.pool.close()
    await s3.close()
  })
  const none = { objects: [], prefixes: [], unnamable: 0, next: undefined }

  it('asks the bucket itself, signed, for keys below the prefix of the endpoint', async () => {
    const before = s3.requestCount
    await bucket.list({ prefix: 'b', delimiter: '/', after: 'b+', limit: 7 })
    const [asked, ...others] = s3.requests.slice(before)
    assert.deepEqual(others, [])
    assert.equal(asked?.authenticated, true)
    assert.equal(
      asked?.rawTarget,
      '/test-bucket/?delimiter=%2F&encoding-type=url&list-type=2&max-keys=7&prefix=own%2Fb&start-after=own%2Fb%2B',
    )
  })

  it('leaves out what no request can name, and counts it', async () => {
    const page = await bucket.list()
    assert.deepEqual([page.objects.map(({ key }) => key), page.unnamable], [['a', 'b/c'], 2])
    const level = await bucket.list({ delimiter: '/' })
    assert.deepEqual([level.prefixes, level.unnamable], [['b/'], 2])
  })

  it('is asked again as an object is', async () => {
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { error: 503, code: 'SlowDown' } : ordinal === 2 ? { cutAfterBytes: 100 } : undefined,
    )
    assert.equal((await bucket.list()).objects.length, 2)
    assert.deepEqual(
      bucket.retries.map(({ error, where }) => [error.code, where]),
      [
        ['S3_SLOW_DOWN', 'head'],
        ['S3_UNAVAILABLE', 'head'],
      ],
    )
  })

  for (const [error, code, expected] of [
    [
      403,
      'AccessDenied',
      { code: 'OBJECT_DENIED', message: /^S3 answered 403 AccessDenied .*s3:ListBucket/ },
    ],
    [404, 'NoSuchBucket', { code: 'S3_BUCKET_MISSING' }],
    [400, 'InvalidArgument', { code: 'S3_BAD_ANSWER', message: /^S3 answered 400 InvalidArgument / }],
    [501, 'NotImplemented', { code: 'S3_BAD_ANSWER' }],
    [503, 'SlowDown', { code: 'S3_SLOW_DOWN' }],
  ] as const) {
    it(`makes ${code} ${expected.code}`, async () => {
      s3.misbehave({ error, code })
      await assert.rejects(bucket.list(), expected)
    })
  }

  it('takes nothing for a list that is none', async () => {
    s3.put('own/page', { body: '<html></html>' })
    s3.misbehave({ htmlError: 200 })
    await assert.rejects(bucket.list(), { code: 'S3_BAD_ANSWER', message: /not the list of a bucket/ })
    s3.delete('own/page')
  })

  const wrap = (inner: string) =>
    `<ListBucketResult><IsTruncated>false</IsTruncated>${inner}</ListBucketResult>`
  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00Z</LastModified><Size>1</Size></Contents>`

  for (const [what, xml, message] of [
    ['keys that were not asked for', wrap(entry('other/d')), /not asked for/],
    [
      'common prefixes that were not asked for',
      wrap('<CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes>'),
      /not asked for/,
    ],
    ['more entries than asked for', wrap(entry('own/1') + entry('own/2') + entry('own/3')), /more entries/],
    ['a list without an end', wrap(entry(`own/${'x'.repeat(5 * 1024 * 1024)}`)), /longer than any list/],
  ] as const) {
    it(`takes no ${what}`, async (t) => {
      const server = await startAnswering(t, xml)
      const odd = createBucketClient(t, { ...s3, endpoint: `http://127.0.0.1:${server.port}/bucket/own/` })
      await assert.rejects(odd.list({ limit: 2 }), { code: 'S3_BAD_ANSWER', message })
    })
  }

  it('takes an empty list', async (t) => {
    const server = await startAnswering(t, wrap(''))
    const odd = createBucketClient(t, { ...s3, endpoint: `http://127.0.0.1:${server.port}/bucket/own/` })
    assert.deepEqual(await odd.list(), none)
  })
})

function startAnswering(t: TestContext, xml: string): Promise<RawServer> {
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(xml)}\r\n\r\n`
  return startRawServer(t, (socket) => socket.write(head + xml))
}
