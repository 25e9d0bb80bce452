import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { headerIn } from '../helpers/clients/header-in.ts'
import { startRawServer } from '../helpers/network/raw-server.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { Misbehaviour } from '../helpers/s3/stand-in/misbehaviour.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const sizeBytes = 300_000

describe('an object in a coding', { timeout: 120_000 }, () => {
  let s3: S3StandIn
  const stored = gzipSync('what was stored '.repeat(1000))
  before(async () => {
    s3 = await startS3StandIn()
    s3.put('gzip', { body: stored, headers: { 'content-encoding': 'gzip' } })
    s3.put('text', { body: 'hello world', contentType: 'text/plain' })
    s3.put('large', { body: { sizeBytes, seed: 5 } })
    s3.put('empty', { body: '' })
  })
  after(() => s3.close())
  afterEach(() => s3.misbehave(null))

  it('is asked for as it is stored, with GET and with HEAD', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave({ decompresses: true })
    const count = s3.requestCount
    for (const conditions of [{}, { range: 'bytes=5-' }]) {
      const { headers, sizeBytes, body } = await bucket.get('gzip', conditions)
      const expected = 'range' in conditions ? stored.subarray(5) : stored
      assert.equal(sizeBytes, expected.length)
      assert.equal(headerIn(headers, 'content-encoding'), 'gzip')
      assert.ok((await readAll(body)).equals(expected))
    }
    const head = await bucket.open('gzip', { method: 'HEAD' })
    assert.ok(head.kind === 'found')
    assert.equal(head.sizeBytes, stored.length)
    assert.equal(s3.requestCount - count, 3)
    for (const { headers } of s3.requests.slice(-3)) {
      assert.equal(headers['accept-encoding'], 'gzip')
      assert.doesNotMatch(headers.authorization ?? '', /accept-encoding/)
    }
  })

  it('is asked for again when it was compressed on its way, with GET and with HEAD', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave({ compresses: true })
    const { headers, body } = await bucket.get('text')
    assert.equal((await readAll(body)).toString(), 'hello world')
    assert.equal(headerIn(headers, 'content-encoding'), undefined)
    assert.match(headerIn(headers, 'etag') ?? '', /^"/)
    const head = await bucket.open('text', { method: 'HEAD' })
    assert.ok(head.kind === 'found')
    assert.equal(head.sizeBytes, 11)
    // An object that was stored compressed comes as it is.
    assert.ok((await readAll((await bucket.get('gzip')).body)).equals(stored))
    assert.equal(bucket.retries.length, 0)
  })

  it('comes without a length where S3 tells none', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave({ chunkedBody: true })
    for (const [key, expected] of [
      ['text', Buffer.from('hello world')],
      ['gzip', stored],
      ['large', generatedBytes(5, 0, sizeBytes)],
      ['empty', Buffer.alloc(0)],
    ] as const) {
      const { status, sizeBytes, body } = await bucket.get(key)
      assert.deepEqual([status, sizeBytes], [200, undefined])
      assert.ok((await readAll(body)).equals(expected), key)
      const head = await bucket.open(key, { method: 'HEAD' })
      assert.ok(head.kind === 'found' && head.sizeBytes === undefined)
      assert.notEqual(headerIn(head.headers, 'etag'), undefined)
    }
    assert.equal(bucket.retries.length, 0)
    assert.equal(bucket.blocks.lentBytes, 0)
  })

  it('without a length is asked for again where its first bytes are garbage', async (t) => {
    const bucket = createBucketClient(t, s3)
    const garbage = { rawHead: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n' }
    let left = 2
    s3.misbehave(() => (left-- > 0 ? garbage : undefined))
    assert.equal((await readAll((await bucket.get('text')).body)).toString(), 'hello world')
    assert.equal(bucket.retries.length, 2)
    s3.misbehave(garbage)
    await assert.rejects(bucket.get('text'), { code: 'S3_BAD_ANSWER' })
  })

  it('has the length of its range, where S3 tells no other', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave({ chunkedBody: true })
    const { status, sizeBytes, body } = await bucket.get('text', { range: 'bytes=6-' })
    assert.deepEqual([status, sizeBytes], [206, 5])
    assert.equal((await readAll(body)).toString(), 'world')
    const head = await bucket.open('text', { method: 'HEAD', conditions: { range: 'bytes=6-' } })
    assert.ok(head.kind === 'found')
    assert.equal(head.sizeBytes, 5)
  })

  for (const how of ['reset', 'fin', 'stall'] as const) {
    it(`without a length is continued after ${how}, wherever it breaks`, async (t) => {
      for (const cutAfterBytes of [1, 100_000, sizeBytes - 1]) {
        const bucket = createBucketClient(t, s3, { stallTimeoutMs: 100 })
        s3.misbehave(({ ordinal }) => (ordinal === 1 ? { chunkedBody: true, cutAfterBytes, how } : undefined))
        const { body, record } = await bucket.get('large')
        assert.ok((await readAll(body)).equals(generatedBytes(5, 0, sizeBytes)), `cut after ${cutAfterBytes}`)
        assert.deepEqual([record.healed, bucket.retries.length], [1, 1])
        const { range, 'if-match': etag } = s3.requests.at(-1)?.headers ?? {}
        // A reset drops bytes that are still on their way.
        assert.ok(Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]) <= cutAfterBytes, range)
        assert.match(etag ?? '', /^"/)
        assert.equal(bucket.blocks.lentBytes, 0)
      }
    })
  }

  it('without a length is continued as any other once the rest has told it', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave(({ ordinal }) =>
      ordinal <= 3 ? { ...(ordinal === 1 && { chunkedBody: true }), cutAfterBytes: 50_000 } : undefined,
    )
    const { body, record } = await bucket.get('large')
    assert.ok((await readAll(body)).equals(generatedBytes(5, 0, sizeBytes)))
    assert.equal(record.healed, 3)
  })

  it('without a length outlives an S3 that is away for longer than attempts, and is cut at s3.deadlineMs', async (t) => {
    for (const [awayFor, deadlineMs] of [
      [6, 30_000],
      [Number.POSITIVE_INFINITY, 400],
    ] as const) {
      const bucket = createBucketClient(t, s3, { maxAttempts: 1, deadlineMs })
      s3.misbehave(({ ordinal }) =>
        ordinal === 1
          ? { chunkedBody: true, cutAfterBytes: 50_000 }
          : ordinal <= 1 + awayFor
            ? { resetBeforeHead: true }
            : undefined,
      )
      const { body } = await bucket.get('large')
      if (deadlineMs === 400)
        await assert.rejects(readAll(body), { code: 'S3_TIMEOUT', message: /deadlineMs/ })
      else assert.ok((await readAll(body)).equals(generatedBytes(5, 0, sizeBytes)))
      body.cancel()
      assert.equal(bucket.blocks.lentBytes, 0)
    }
  })

  it('without a length is whole when nothing was missing but the sign of its end', async (t) => {
    const etag = '"e"'
    const server = await startRawServer(t, (socket, _, ordinal) => {
      if (ordinal === 1)
        socket.end(`HTTP/1.1 200 OK\r\netag: ${etag}\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`)
      else
        socket.end(
          `HTTP/1.1 416 Range Not Satisfiable\r\ncontent-range: bytes */5\r\ncontent-length: 0\r\n\r\n`,
        )
    })
    const { body } = await createBucketClient(t, at(server.port)).get('key')
    assert.equal((await readAll(body)).toString(), 'hello')
  })

  for (const [what, first, next, code] of [
    ['it has no strong ETag', { noEtag: true }, {}, 'S3_UNAVAILABLE'],
    ['its ETag is weak', { weakEtag: true }, {}, 'S3_UNAVAILABLE'],
    ['it was replaced', {}, { replaceObject: 'another one' }, 'OBJECT_REPLACED'],
    ['it was deleted', {}, { deleteObject: true }, 'OBJECT_REPLACED'],
    ['its rest comes in another coding', {}, { extraHeaders: { 'content-encoding': 'br' } }, 'S3_BAD_ANSWER'],
    [
      'S3 gives no ranges',
      {},
      { rawHead: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok' },
      'S3_BAD_ANSWER',
    ],
    ['the rest has another ETag', {}, { wrongEtag: true }, 'OBJECT_REPLACED'],
  ] as [string, Misbehaviour, Misbehaviour, string][]) {
    it(`without a length is cut when it breaks and ${what}`, async (t) => {
      s3.put('mortal', { body: { sizeBytes, seed: 5 } })
      const bucket = createBucketClient(t, s3)
      s3.misbehave(({ ordinal }) =>
        ordinal === 1 ? { chunkedBody: true, cutAfterBytes: 1000, ...first } : next,
      )
      const { body } = await bucket.get('mortal')
      await assert.rejects(readAll(body), { code })
      body.cancel()
      assert.equal(bucket.blocks.lentBytes, 0)
      await s3.requestsSettled()
    })
  }

  it('without a length gives its connection back when the reader takes nothing', async (t) => {
    s3.put('huge', { body: { sizeBytes: 20_000_000, seed: 6 } })
    const bucket = createBucketClient(t, s3, { readerPatienceMs: 50 })
    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { chunkedBody: true } : undefined))
    const { body, record } = await bucket.get('huge')
    const first = Buffer.from((await body.read()) ?? '')
    await s3.connectionsBelow(1)
    const all = Buffer.concat([first, await readAll(body)])
    assert.ok(all.equals(generatedBytes(6, 0, 20_000_000)))
    assert.equal(bucket.retries.length, 0)
    assert.ok(record.askedTwiceBytes >= 0)
  })

  it('is refused where its end would look like a cut', async (t) => {
    const server = await startRawServer(t, (socket) => {
      socket.end('HTTP/1.1 200 OK\r\netag: "e"\r\n\r\nhello')
    })
    await assert.rejects(createBucketClient(t, at(server.port)).open('key'), {
      code: 'S3_BAD_ANSWER',
      message: /content-length/,
    })
  })

  it('of another length than its range says is cut', async (t) => {
    for (const [text, sent] of [
      ['shorter', '3\r\nabc\r\n0\r\n\r\n'],
      ['longer', 'a\r\nabcdefghij\r\n0\r\n\r\n'],
    ]) {
      const server = await startRawServer(t, (socket) => {
        const head = 'HTTP/1.1 206 OK\r\ncontent-range: bytes 0-4/9\r\ntransfer-encoding: chunked\r\n\r\n'
        socket.write(head + sent)
      })
      const { body } = await createBucketClient(t, at(server.port)).get('key', { range: 'bytes=0-4' })
      await assert.rejects(readAll(body), { name: 'S3ProxyError', message: /another length/ }, text)
    }
  })

  it('is given up at once when the client leaves', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave({ chunkedBody: true, cutAfterBytes: 1000, how: 'stall' })
    const leaving = new AbortController()
    const { body } = await bucket.get('large', {}, leaving.signal)
    const reading = assert.rejects(readAll(body))
    leaving.abort()
    await reading
    await s3.connectionsBelow(1)
    assert.equal(bucket.retries.length, 0)
  })

  function at(port: number) {
    return { ...s3, endpoint: `http://127.0.0.1:${port}/bucket/` }
  }
})
