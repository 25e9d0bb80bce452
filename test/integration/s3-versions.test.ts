import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { headerIn } from '../helpers/clients/header-in.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { Misbehaviour } from '../helpers/s3/stand-in/misbehaviour.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const sizeBytes = 600_000
const begun = generatedBytes(1, 0, sizeBytes)
const successor = { sizeBytes, seed: 2 }

describe('a bucket with versions', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  before(() => assert.notDeepEqual(begun, generatedBytes(2, 0, sizeBytes)))
  beforeEach(async () => {
    s3 = await startS3StandIn()
    s3.enableVersions()
    s3.put('film', { body: { sizeBytes, seed: 1 } })
  })
  afterEach(() => s3.close())

  /** Cuts the first answer, and misbehaves as `wrong` says for the following ones. */
  function cutThen(wrong: (isNamed: boolean) => Misbehaviour | undefined): void {
    s3.misbehave(({ ordinal, rawTarget }) =>
      ordinal === 1 ? { cutAfterBytes: 200_000 } : wrong(rawTarget.includes('?')),
    )
  }

  for (const [what, wrong] of [
    ['replaced', { replaceObject: successor }],
    ['deleted', { deleteObject: true }],
  ] as const)
    it(`delivers an object whole that is ${what} midway`, async (t) => {
      const bucket = createBucketClient(t, s3)
      cutThen(() => wrong)
      const { headers, body, record } = await bucket.get('film')
      assert.ok((await readAll(body)).equals(begun))
      assert.equal(record.healed, 1)
      const [first, rest] = s3.requests
      const versionId = headerIn(headers, 'x-amz-version-id') ?? ''
      assert.match(versionId, /^[\w-]{32}$/)
      assert.equal(first?.rawTarget, '/test-bucket/film')
      assert.equal(rest?.rawTarget, `/test-bucket/film?versionId=${versionId}`)
      assert.equal(rest.headers['if-match'], headerIn(headers, 'etag'))
      assert.match(rest.headers.range ?? '', new RegExp(`^bytes=[1-9]\\d+-${sizeBytes - 1}$`))
      assert.deepEqual(
        s3.requests.map(({ authenticated, status }) => [authenticated, status]),
        [
          [true, 200],
          [true, 206],
        ],
      )
    })

  it('delivers a range, and what a reader that pauses for long has begun', async (t) => {
    const bucket = createBucketClient(t, s3, { readerPatienceMs: 50 })
    const { body } = await bucket.get('film', { range: 'bytes=1000-500000' })
    const first = Buffer.from((await body.read()) ?? [])
    await s3.connectionsBelow(1)
    s3.delete('film')
    assert.ok(Buffer.concat([first, await readAll(body)]).equals(begun.subarray(1000, 500_001)))
  })

  it('delivers an object whole whose length S3 does not tell', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { chunkedBody: true, cutAfterBytes: 200_000 } : { deleteObject: true },
    )
    const { sizeBytes: told, body } = await bucket.get('film')
    assert.equal(told, undefined)
    assert.ok((await readAll(body)).equals(begun))
  })

  it('spells any name as it is signed', async (t) => {
    const bucket = createBucketClient(t, s3)
    const versionId = "a+b/c=de&f%2F?#!'()*~"
    s3.misbehave(({ ordinal }) => ({
      extraHeaders: { 'x-amz-version-id': versionId },
      ...(ordinal === 1 && { cutAfterBytes: 200_000 }),
    }))
    const { body } = await bucket.get('film')
    await readAll(body)
    const rest = s3.requests[1]
    assert.equal(rest?.authenticated, true)
    assert.equal(new URLSearchParams(rest.rawTarget.split('?')[1]).get('versionId'), versionId)
  })

  for (const [what, wrong] of Object.entries<Misbehaviour>({
    'may not be asked for by name': { error: 403, code: 'AccessDenied' },
    'may not be asked for by name, says a gateway': { htmlError: 403 },
    'has no versions': { error: 400, code: 'InvalidArgument' },
    'has a name for that which nobody knows': { error: 400, code: 'SomethingNew' },
    'has no versions, and no words': { htmlError: 400 },
    'cannot do that': { error: 501, code: 'NotImplemented' },
    'cannot do that, and has no words': { htmlError: 501 },
    'does not find it': { error: 404, code: 'NoSuchVersion' },
    'does not do that': { error: 405, code: 'MethodNotAllowed' },
    'has that for another key': { error: 404, code: 'NoSuchKey' },
    'fails at the precondition': { error: 412, code: 'PreconditionFailed' },
    'signs a query otherwise': { error: 403, code: 'SignatureDoesNotMatch' },
  }))
    it(`asks without the name, and no more with one for a while, where S3 ${what}`, async (t) => {
      let nowMs = 0
      const bucket = createBucketClient(t, s3, { now: () => nowMs })
      cutThen((isNamed) => (isNamed ? wrong : undefined))
      const { body } = await bucket.get('film')
      assert.ok((await readAll(body)).equals(begun))
      assert.deepEqual(namesAsked(), [false, true, false])
      assert.equal(bucket.retries.length, 1)

      cutThen((isNamed) => (isNamed ? wrong : undefined))
      nowMs = 299_000
      assert.ok((await readAll((await bucket.get('film')).body)).equals(begun))
      assert.deepEqual(namesAsked(), [false, true, false, false, false])

      cutThen(() => undefined)
      nowMs = 301_000
      assert.ok((await readAll((await bucket.get('film')).body)).equals(begun))
      assert.deepEqual(namesAsked().slice(5), [false, true])
    })

  it('is as one without, where names are refused and the object is replaced', async (t) => {
    const bucket = createBucketClient(t, s3)
    cutThen((isNamed) => (isNamed ? { error: 403, code: 'AccessDenied' } : { replaceObject: successor }))
    const { body } = await bucket.get('film')
    await assert.rejects(readAll(body), { code: 'OBJECT_REPLACED' })
    assert.deepEqual(namesAsked(), [false, true, false])
  })

  it('asks no more for the name of a version that is gone, and for those of others still', async (t) => {
    const bucket = createBucketClient(t, s3)
    cutThen(() => undefined)
    const { headers, body } = await bucket.get('film')
    s3.put('film', { body: successor })
    s3.deleteVersion('film', headerIn(headers, 'x-amz-version-id') ?? '')
    await assert.rejects(readAll(body), { code: 'OBJECT_REPLACED' })
    assert.deepEqual(namesAsked(), [false, true, false])
    cutThen(() => ({ replaceObject: { sizeBytes, seed: 3 } }))
    assert.ok((await readAll((await bucket.get('film')).body)).equals(generatedBytes(2, 0, sizeBytes)))
  })

  for (const [what, wrong] of Object.entries<Misbehaviour>({
    'is busy': { error: 503, code: 'SlowDown' },
    'is away': { resetBeforeHead: true },
    fails: { error: 500 },
    'breaks off again': { cutAfterBytes: 0, how: 'fin' },
  }))
    it(`goes on with the name where S3 ${what} for a moment`, async (t) => {
      const bucket = createBucketClient(t, s3)
      s3.misbehave(({ ordinal }) =>
        ordinal === 1
          ? { cutAfterBytes: 200_000 }
          : ordinal === 2
            ? wrong
            : { replaceObject: { sizeBytes, seed: 2 } },
      )
      assert.ok((await readAll((await bucket.get('film')).body)).equals(begun))
      assert.deepEqual(namesAsked(), [false, true, true])
    })

  it('asks without a name where the version has none', async (t) => {
    for (const versionId of ['null', '', undefined]) {
      const own = await startS3StandIn()
      t.after(() => own.close())
      own.put('film', { body: { sizeBytes, seed: 1 } })
      if (versionId === 'null') own.enableVersions()
      own.misbehave(({ ordinal }) => ({
        ...(versionId === '' && { extraHeaders: { 'x-amz-version-id': '' } }),
        ...(ordinal === 1 && { cutAfterBytes: 200_000 }),
      }))
      const { headers, body } = await createBucketClient(t, own).get('film')
      assert.equal(headerIn(headers, 'x-amz-version-id'), versionId)
      assert.ok((await readAll(body)).equals(begun))
      assert.equal(own.requestCount, 2)
      assert.ok(own.requests.every(({ rawTarget }) => !rawTarget.includes('?')))
    }
  })

  function namesAsked(): boolean[] {
    return s3.requests.map(({ rawTarget }) => rawTarget.includes('?versionId='))
  }
})
