import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ProxyRequest } from '../../../src/http/proxy-request.ts'
import type { HeaderList } from '../../../src/http/reply.ts'
import type { ObjectKey } from '../../../src/object/key.ts'
import type { ObjectRequest, ObjectResult } from '../../../src/object/object-source.ts'
import { type ReadOptions, readObject } from '../../../src/object/read-object.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'

const older = 'Mon, 02 Sep 2024 10:00:00 GMT'
const date = 'Tue, 01 Oct 2024 10:00:00 GMT'

function request(headers: Record<string, string> = {}, method = 'GET'): ProxyRequest {
  return {
    ...{ method, path: '/k', query: '', host: 'h' },
    header: (name) => headers[name],
    signal: new AbortController().signal,
  }
}

/** A source that gives these answers in turn, and notes its requests. */
function sourceOf(...answers: ObjectResult[]) {
  const asked: ObjectRequest[] = []
  return {
    asked,
    async open(object: ObjectRequest): Promise<ObjectResult> {
      asked.push(object)
      return answers.shift() ?? assert.fail('asked too often')
    },
  }
}

function found(status: 200 | 206, headers: HeaderList = []) {
  const body = { read: () => null, isCancelled: false, cancel() {} }
  body.cancel = () => {
    body.isCancelled = true
  }
  const [etag, lastModified] = [headerIn(headers, 'etag'), headerIn(headers, 'last-modified')]
  return { kind: 'found' as const, status, headers, etag, lastModified, sizeBytes: 5, body }
}

function read(
  source: ReturnType<typeof sourceOf>,
  from: ProxyRequest,
  onDenied = () => {},
  onRefused: ReadOptions['onRefused'] = () => assert.fail('S3 has no reason of its own'),
  record = new RequestRecord(),
) {
  const options = { isSandboxed: () => true, onDenied, onRefused, now: Date.now }
  return readObject(source, from, record, 'k' as ObjectKey, options)
}

describe('readObject', () => {
  it('passes conditions on, and the object back', async () => {
    const object = found(206, ['etag', '"a"', 'content-range', 'bytes 0-4/9'])
    const source = sourceOf(object)
    const reply = await read(source, request({ range: 'bytes=0-4', 'if-none-match': '"b"' }))
    assert.deepEqual(source.asked[0]?.conditions, { range: 'bytes=0-4', 'if-none-match': '"b"' })
    assert.equal(reply.status, 206)
    assert.deepEqual(reply.body, { source: object.body, sizeBytes: 5 })
    assert.equal(headerIn(reply.headers, 'cache-control'), 'private, no-cache')
  })

  it('writes into the record what S3 says of the object', async () => {
    const range = { first: 0, last: 4, sizeBytes: 9 }
    const object = { ...found(206, ['etag', '"a"']), range, versionId: 'v1', s3RequestId: 'S3ID' }
    const record = new RequestRecord()
    await read(sourceOf(object), request({ range: 'bytes=0-4' }), undefined, undefined, record)
    assert.deepEqual(
      [record.sizeBytes, record.etag, record.range, record.versionId, record.s3RequestId],
      [5, '"a"', range, 'v1', 'S3ID'],
    )
  })

  it('asks with HEAD for HEAD, and keeps the connection for nobody', async () => {
    const object = found(200)
    const source = sourceOf(object)
    const reply = await read(source, request({}, 'HEAD'))
    assert.equal(source.asked[0]?.method, 'HEAD')
    assert.deepEqual(reply.body, { source: null, sizeBytes: 5 })
    assert.equal(object.body.isCancelled, true)
  })

  for (const [result, status] of [
    [{ kind: 'not-modified', headers: ['etag', '"a"'] }, 304],
    [{ kind: 'precondition-failed' }, 412],
    [{ kind: 'range-not-satisfiable', sizeBytes: 5 }, 416],
    [{ kind: 'not-found' }, 404],
    [{ kind: 'denied' }, 403],
  ] as [ObjectResult, number][]) {
    it(`answers ${status} for ${result.kind}`, async () => {
      const denials: string[] = []
      const reply = await read(sourceOf(result), request(), () => denials.push('denied'))
      assert.equal(reply.status, status)
      assert.equal(denials.length, status === 403 ? 1 : 0)
      if (status === 416) assert.equal(headerIn(reply.headers, 'content-range'), 'bytes */5')
      if (status === 304) assert.equal(headerIn(reply.headers, 'etag'), '"a"')
      else assert.equal(headerIn(reply.headers, 'cache-control'), 'no-store')
    })
  }

  it('tells of a reason of its own that S3 has, and nothing of AccessDenied then', async () => {
    for (const [kind, status] of [
      ['denied', 403],
      ['not-found', 404],
    ] as const) {
      const told: unknown[] = []
      const refusal = { s3Code: 'KMS.DisabledException', message: 'the key is disabled' }
      const onDenied = () => assert.fail('AccessDenied it is not')
      const reply = await read(sourceOf({ kind, refusal }), request(), onDenied, (...all) =>
        told.push(...all),
      )
      assert.equal(reply.status, status)
      assert.deepEqual(told, [status === 403 ? 'OBJECT_DENIED' : 'OBJECT_NOT_FOUND', refusal])
    }
  })

  it('answers 400 for conditions that are no text, without asking S3', async () => {
    assert.equal((await read(sourceOf(), request({ 'if-match': '"é"' }))).status, 400)
  })

  it('takes if-range for the range of that version, or else gives the whole object', async () => {
    const ranged = { range: 'bytes=0-4', 'if-range': '"a"', 'if-none-match': '"x"' }
    const same = sourceOf(found(206, ['etag', '"a"']))
    assert.equal((await read(same, request(ranged))).status, 206)
    assert.deepEqual(same.asked[0]?.conditions, {
      ...{ range: 'bytes=0-4', 'if-match': '"a"', 'if-none-match': '"x"' },
    })
    const other = sourceOf({ kind: 'precondition-failed' }, found(200))
    assert.equal((await read(other, request(ranged))).status, 200)
    assert.deepEqual(other.asked[1]?.conditions, { 'if-none-match': '"x"' })
    const weak = sourceOf(found(200))
    await read(weak, request({ range: 'bytes=0-4', 'if-range': 'W/"a"' }))
    assert.deepEqual(weak.asked[0]?.conditions, {})
  })

  for (const [what, headers] of Object.entries({ 'another ETag': ['etag', '"b"'], 'no ETag': [] }))
    it(`gives the whole object for if-range where the store ignores if-match: ${what}`, async () => {
      const part = found(206, headers)
      const source = sourceOf(part, found(200, ['etag', '"b"']))
      const reply = await read(source, request({ range: 'bytes=0-4', 'if-range': '"a"' }))
      assert.equal(reply.status, 200)
      assert.deepEqual(source.asked[1]?.conditions, {})
    })

  it('gives the whole object for if-range where the store looks at the range first, and 416 for that very version', async () => {
    const ranged = request({ range: 'bytes=7-', 'if-range': '"a"' })
    const outside = { kind: 'range-not-satisfiable', sizeBytes: 5 } as const
    const shorter = sourceOf(outside, found(200, ['etag', '"b"']))
    assert.equal((await read(shorter, ranged)).status, 200)
    assert.deepEqual(shorter.asked[1]?.conditions, {})
    const whole = found(200, ['etag', '"a"'])
    const reply = await read(sourceOf(outside, whole), ranged)
    assert.equal(reply.status, 416)
    assert.equal(headerIn(reply.headers, 'content-range'), 'bytes */5')
    assert.equal(whole.body.isCancelled, true)
  })

  it('ignores if-range without a range', async () => {
    const source = sourceOf(found(200))
    await read(source, request({ 'if-range': '"a"' }))
    assert.deepEqual(source.asked[0]?.conditions, {})
  })

  it('takes a date in if-range for the very version of that date, not for an older one', async () => {
    const ranged = request({ range: 'bytes=0-4', 'if-range': date })
    const same = sourceOf(found(206, ['last-modified', date]))
    assert.equal((await read(same, ranged)).status, 206)
    const otherForm = request({ range: 'bytes=0-4', 'if-range': 'Tue Oct  1 10:00:00 2024' })
    assert.equal((await read(sourceOf(found(206, ['last-modified', date])), otherForm)).status, 206)
    assert.equal(same.asked[0]?.conditions['if-unmodified-since'], date)
    // The newer version was deleted, and the one before it is back.
    const stale = found(206, ['last-modified', older])
    const restored = sourceOf(stale, found(200, ['last-modified', older]))
    assert.equal((await read(restored, ranged)).status, 200)
    assert.equal(stale.body.isCancelled, true)
    assert.deepEqual(restored.asked[1]?.conditions, {})
  })
})
