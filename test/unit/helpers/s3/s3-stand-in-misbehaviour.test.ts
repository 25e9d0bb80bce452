import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'
import { exchange, signRequest } from '../../../helpers/s3/signed-exchange.ts'
import type { Misbehaviour } from '../../../helpers/s3/stand-in/misbehaviour.ts'
import type { S3StandIn } from '../../../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../../../helpers/s3/stand-in/start-s3-stand-in.ts'

describe('misbehave', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn()
  })
  after(() => s3.close())
  afterEach(() => s3.misbehave(null))

  const digits = '0123456789'
  const get = async (
    wrong: Misbehaviour,
    options: Parameters<typeof signRequest>[2] & { enough?: string } = {},
  ) => {
    s3.put('digits', { body: digits })
    s3.misbehave(wrong)
    const { enough, ...rest } = options
    const answer = await exchange(s3.port, await signRequest(s3, 'digits', rest), (received) =>
      enough === undefined ? false : received.includes(enough),
    )
    answer.socket.destroy()
    return answer
  }
  const lastRecord = () => {
    const record = s3.requests.at(-1)
    assert.ok(record !== undefined)
    return record
  }

  it('answers any error in XML', async () => {
    const answer = await get({ error: 503, code: 'SlowDown' }, { enough: '\r\n0\r\n\r\n' })
    assert.equal(answer.status, 503)
    assert.match(answer.body.toString(), /<Code>SlowDown<\/Code><Message>Please reduce your request rate/)
    assert.match(answer.head, /transfer-encoding: chunked/)
    assert.equal(lastRecord().status, 503)
  })

  it('answers an error to HEAD without a body', async () => {
    const answer = await get({ error: 500, closeAfterResponse: true }, { method: 'HEAD' })
    assert.deepEqual([answer.status, answer.body.length, answer.ending], [500, 0, 'fin'])
  })

  it('resets before the head', async () => {
    const answer = await get({ resetBeforeHead: true })
    assert.deepEqual([answer.head, answer.ending], ['', 'reset'])
    assert.deepEqual([lastRecord().status, lastRecord().outcome], [0, 'cut'])
  })

  it('closes before the head', async () => {
    const answer = await get({ closeBeforeHead: true })
    assert.deepEqual([answer.head, answer.ending], ['', 'fin'])
  })

  it('stalls before the head', async () => {
    s3.misbehave({ stallBeforeHead: true })
    const count = s3.requestCount
    let isAnswered = false
    const request = await signRequest(s3, 'digits')
    const answer = exchange(s3.port, request).then((taken) => {
      isAnswered = true
      return taken
    })
    await s3.requestsReach(count + 1)
    await s3.requestsSettled()
    // A normal answer on another connection comes before the one that stalls.
    s3.misbehave(null)
    s3.put('digits', { body: digits })
    ;(await exchange(s3.port, request, (received) => received.includes(digits))).socket.destroy()
    assert.equal(isAnswered, false)
    await s3.close()
    assert.equal((await answer).head, '')
    s3 = await startS3StandIn()
  })

  it('sends garbage instead of HTTP', async () => {
    const answer = await get({ rawHead: 'this is no HTTP' })
    assert.deepEqual([answer.head, answer.ending], ['this is no http', 'fin'])
  })

  it('holds the head back', async () => {
    const startedMs = performance.now()
    const answer = await get({ headDelayMs: 60 }, { enough: digits })
    assert.ok(performance.now() - startedMs >= 59)
    assert.equal(answer.status, 200)
  })

  for (const [how, ending] of [
    ['reset', 'reset'],
    ['fin', 'fin'],
    ['stall', 'open'],
  ] as const) {
    it(`cuts a body after four bytes by ${how}`, async () => {
      const answer = await get({ cutAfterBytes: 4, how }, how === 'stall' ? { enough: '0123' } : {})
      assert.equal(answer.status, 200)
      assert.match(answer.head, /content-length: 10/)
      assert.deepEqual([answer.body.toString(), answer.ending], ['0123', ending])
      assert.deepEqual([lastRecord().outcome, lastRecord().bodyBytesSent], ['cut', 4])
    })
  }

  it('cuts a large body at the byte', async () => {
    s3.put('large', { body: { sizeBytes: 8 << 20, seed: 7 } })
    s3.misbehave({ cutAfterBytes: 3_000_001, how: 'fin' })
    const answer = await exchange(s3.port, await signRequest(s3, 'large'))
    assert.equal(answer.body.length, 3_000_001)
  })

  it('leaves a body alone that is not longer than the cut', async () => {
    const answer = await get({ cutAfterBytes: 10 }, { enough: digits })
    assert.deepEqual([answer.ending, lastRecord().outcome], ['open', 'complete'])
  })

  it('promises more bytes than it sends', async () => {
    const answer = await get({ contentLength: 5 })
    assert.match(answer.head, /content-length: 15\r\n/)
    assert.deepEqual([answer.body.toString(), answer.ending], [digits, 'fin'])
  })

  it('sends more bytes than it promised', async () => {
    const answer = await get({ contentLength: -3 }, { enough: digits })
    assert.match(answer.head, /content-length: 7\r\n/)
    assert.deepEqual([answer.body.toString(), answer.ending], [digits, 'open'])
  })

  it('lies about the range', async () => {
    const answer = await get({ wrongContentRange: true }, { headers: { range: 'bytes=2-4' }, enough: '234' })
    assert.equal(answer.status, 206)
    assert.match(answer.head, /content-range: bytes 3-5\/10/)
    assert.equal(answer.body.toString(), '234')
  })

  it('overwrites the object before it answers', async () => {
    const answer = await get({ replaceObject: 'overwritten' }, { enough: 'overwritten' })
    const md5 = createHash('md5').update('overwritten').digest('hex')
    assert.match(answer.head, new RegExp(`etag: "${md5}"`))
  })

  it('sends another ETag, none, or a weak one', async () => {
    assert.match((await get({ wrongEtag: true }, { enough: digits })).head, /etag: "0+bad"/)
    assert.doesNotMatch((await get({ noEtag: true }, { enough: digits })).head, /etag/)
    assert.match((await get({ weakEtag: true }, { enough: digits })).head, /etag: w\/"[0-9a-f]{32}"/)
  })

  it('sends a body in chunks, without a length', async () => {
    const answer = await get({ chunkedBody: true }, { enough: '\r\n0\r\n\r\n' })
    assert.doesNotMatch(answer.head, /content-length/)
    assert.equal(answer.body.toString(), `a\r\n${digits}\r\n0\r\n\r\n`)
  })

  it('sends a head of 128 KiB', async () => {
    assert.ok((await get({ hugeHead: true }, { enough: digits })).head.length > 128 << 10)
  })

  it('adds headers, and replaces those it would have sent', async () => {
    const extraHeaders = { 'X-Extra': 'yes', 'Content-Type': 'text/x-other' }
    const { head } = await get({ extraHeaders }, { enough: digits })
    assert.match(head, /x-extra: yes/)
    assert.equal(head.match(/content-type: [^\r]*/g)?.join(), 'content-type: text/x-other')
  })

  it('answers in HTML', async () => {
    const answer = await get({ htmlError: 502 }, { enough: '\r\n0\r\n\r\n' })
    assert.equal(answer.status, 502)
    assert.match(answer.head, /content-type: text\/html/)
    assert.match(answer.body.toString(), /<h1>502<\/h1>/)
  })

  it('sends 100 Continue first', async () => {
    const answer = await get({ status100Continue: true }, { enough: digits })
    assert.equal(answer.status, 100)
    assert.match(answer.body.toString(), /^HTTP\/1\.1 200 OK/)
  })

  it('redirects', async () => {
    const wrong = { redirect: 307, location: 'http://other.invalid/x' } as const
    const answer = await get(wrong, { enough: '\r\n0\r\n\r\n' })
    assert.equal(answer.status, 307)
    assert.match(answer.head, /location: http:\/\/other\.invalid\/x/)
    assert.match(answer.body.toString(), /<Code>TemporaryRedirect<\/Code>/)
  })

  it('closes a connection that it promised to keep', async () => {
    const answer = await get({ closeAfterResponse: true })
    assert.match(answer.head, /connection: keep-alive/)
    assert.deepEqual([answer.body.toString(), answer.ending], [digits, 'fin'])
  })

  it('sends bytes behind the body', async () => {
    const answer = await get({ extraBytesAfterBody: true }, { enough: 'spoke of' })
    assert.match(answer.head, /content-length: 10/)
    assert.equal(answer.body.toString(), `${digits}bytes that no content-length spoke of`)
  })

  it('sends an answer in slices', async () => {
    const answer = await get({ sliceBytes: 3 })
    assert.deepEqual([answer.status, answer.body.toString(), answer.ending], [200, digits, 'fin'])
    const chunked = await get({ sliceBytes: 1, chunkedBody: true })
    assert.equal(chunked.body.toString(), `a\r\n${digits}\r\n0\r\n\r\n`)
  })

  it('goes by a script that sees each request and its number', async () => {
    s3.put('digits', { body: digits })
    s3.misbehave(({ ordinal, method, key }) =>
      method === 'GET' && key === 'digits' && ordinal === 2 ? { error: 500 } : undefined,
    )
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) {
      const answer = await exchange(s3.port, await signRequest(s3, 'digits'), (received) =>
        /\r\n\r\n./s.test(received.toString('latin1')),
      )
      answer.socket.destroy()
      statuses.push(answer.status)
    }
    assert.deepEqual(statuses, [200, 500, 200])
  })
})
