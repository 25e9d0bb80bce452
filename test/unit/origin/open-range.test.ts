import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FoundObject } from '../../../src/origin/attempt.ts'
import { checkRange, rangeRequest, versionOf } from '../../../src/origin/open-range.ts'
import { createHandFedBody } from '../../helpers/hand-fed-bodies.ts'

/** Bytes 10 to 19 of 100, unless told otherwise. */
function answerWith(changes: Partial<FoundObject> = {}) {
  const body = Object.assign(createHandFedBody(10, 20), { abandon: () => undefined })
  const found: FoundObject = {
    kind: 'found',
    status: 206,
    headers: [],
    sizeBytes: 10,
    range: { first: 10, last: 19, sizeBytes: 100 },
    etag: '"a"',
    s3RequestId: undefined,
    body,
    ...changes,
  }
  return { found, body }
}

const version = { etag: '"a"', sizeBytes: 100 }

describe('versionOf', () => {
  it('has the size of the whole object, also where the answer holds a part of it', () => {
    assert.deepEqual(versionOf(answerWith().found), version)
    assert.deepEqual(versionOf(answerWith({ range: undefined }).found), { etag: '"a"', sizeBytes: 10 })
  })

  it('is none without an ETag that names the very bytes and can be signed', () => {
    for (const etag of [undefined, 'W/"a"', 'a', '"a', '"a"b"', '"\u00e4"', '"a b"'])
      assert.equal(versionOf(answerWith({ etag }).found), undefined, String(etag))
  })
})

describe('rangeRequest', () => {
  it('asks for both ends and for this version only', () => {
    const signal = new AbortController().signal
    const request = rangeRequest({ key: 'k' as never, signal }, version, 10, 19)
    assert.deepEqual(request.conditions, { range: 'bytes=10-19', 'if-match': '"a"' })
    assert.deepEqual([request.method, request.key, request.signal], ['GET', 'k', signal])
  })
})

describe('checkRange', () => {
  it('passes on exactly these bytes of this version', () => {
    const { found, body } = answerWith()
    assert.equal(checkRange(found, version, 10, 19), found)
    assert.equal(body.isCancelled, false)
  })

  for (const [what, changes] of Object.entries({
    'another ETag': { etag: '"b"' },
    'no ETag': { etag: undefined },
    'the whole object': { range: undefined },
    'another first byte': { range: { first: 11, last: 19, sizeBytes: 100 } },
    'another last byte': { range: { first: 10, last: 18, sizeBytes: 100 } },
    'another total size': { range: { first: 10, last: 19, sizeBytes: 101 } },
  } satisfies Record<string, Partial<FoundObject>>))
    it(`refuses ${what}, and cancels the body`, () => {
      const { found, body } = answerWith(changes)
      assert.throws(() => checkRange(found, version, 10, 19), {
        code: 'S3_BAD_ANSWER',
        message: 'the object was replaced while it was being read',
      })
      assert.equal(body.isCancelled, true)
    })

  it('says what became of the object', () => {
    const check = (kind: 'precondition-failed' | 'not-found') => () => checkRange({ kind }, version, 10, 19)
    assert.throws(check('precondition-failed'), {
      message: 'the object was replaced while it was being read',
    })
    assert.throws(check('not-found'), {
      code: 'S3_BAD_ANSWER',
      message: 'S3 has no more of the object that was being read: not-found',
    })
  })
})
