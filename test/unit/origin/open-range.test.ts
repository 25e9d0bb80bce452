import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FoundObject } from '../../../src/origin/found-object.ts'
import { checkRange, rangeRequest, versionOf } from '../../../src/origin/open-range.ts'
import { VersionNames } from '../../../src/origin/version-name.ts'
import { createHandFedBody } from '../../helpers/origin/hand-fed-bodies.ts'

/** Checks an answer with bytes 10 to 19 of 100, with some changes. */
function answerWith(changes: Partial<FoundObject> = {}) {
  const body = Object.assign(createHandFedBody(10, 20), { abandon: () => undefined })
  const found: FoundObject = {
    kind: 'found',
    status: 206,
    headers: [],
    sizeBytes: 10,
    range: { first: 10, last: 19, sizeBytes: 100 },
    etag: '"a"',
    lastModified: undefined,
    contentEncoding: undefined,
    versionId: undefined,
    s3RequestId: undefined,
    body,
    ...changes,
  }
  return { found, body }
}

const names = new VersionNames(() => 0)
const version = { etag: '"a"', sizeBytes: 100, name: undefined }

describe('versionOf', () => {
  it('has the size of the whole object, also where the answer holds a part of it', () => {
    assert.deepEqual(versionOf(answerWith().found, names), version)
    assert.deepEqual(versionOf(answerWith({ range: undefined }).found, names), { ...version, sizeBytes: 10 })
  })

  it('is none without an ETag that names the very bytes and can be signed', () => {
    for (const etag of [undefined, 'W/"a"', 'a', '"a', '"a"b"', '"\u00e4"', '"a b"'])
      assert.equal(versionOf(answerWith({ etag }).found, names), undefined, String(etag))
  })
})

describe('versionOf, in a bucket with versions', () => {
  it('has the name of the version', () => {
    for (const versionId of ['3HL4kqCxf3vjVBH40Nrjfkd', 'v1/2+3==', '~', 'x'.repeat(1024)])
      assert.equal(versionOf(answerWith({ versionId }).found, names)?.name?.usable, versionId)
  })

  it('has none where it is no name: objects from before the versions, and what S3 does not say', () => {
    for (const versionId of [undefined, 'null', '', 'a b', 'n\u00e4me', 'a\u0000', 'x'.repeat(1025)])
      assert.equal(versionOf(answerWith({ versionId }).found, names)?.name, undefined, String(versionId))
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

  for (const [what, changes, code] of [
    ['another ETag', { etag: '"b"' }, 'OBJECT_REPLACED'],
    ['no ETag', { etag: undefined }, 'S3_BAD_ANSWER'],
    ['a weak ETag', { etag: 'W/"a"' }, 'S3_BAD_ANSWER'],
    ['the whole object', { range: undefined }, 'S3_BAD_ANSWER'],
    ['the whole of another object', { etag: '"b"', range: undefined }, 'OBJECT_REPLACED'],
    ['another first byte', { range: { first: 11, last: 19, sizeBytes: 100 } }, 'S3_BAD_ANSWER'],
    ['another last byte', { range: { first: 10, last: 18, sizeBytes: 100 } }, 'S3_BAD_ANSWER'],
    ['another total size', { range: { first: 10, last: 19, sizeBytes: 101 } }, 'OBJECT_REPLACED'],
  ] satisfies [string, Partial<FoundObject>, string][])
    it(`refuses ${what}, and cancels the body: ${code}`, () => {
      const { found, body } = answerWith(changes)
      assert.throws(() => checkRange(found, version, 10, 19), { code })
      assert.equal(body.isCancelled, true)
    })

  for (const [kind, code, message] of [
    ['precondition-failed', 'OBJECT_REPLACED', /replaced/],
    ['not-found', 'OBJECT_REPLACED', /deleted/],
    ['denied', 'OBJECT_DENIED', /deleted, or may not be read/],
  ] as const)
    it(`says what became of the object: ${kind}`, () => {
      assert.throws(() => checkRange({ kind }, version, 10, 19), { code, message })
    })

  it('takes a range that is not there any more for another version', () => {
    const gone = { kind: 'range-not-satisfiable', sizeBytes: 5 } as const
    assert.throws(() => checkRange(gone, version, 10, 19), { code: 'OBJECT_REPLACED' })
  })
})
