import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type BucketClient, createBucketClient } from '../../helpers/clients/bucket-client.ts'
import type { S3StandIn } from '../../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../../helpers/s3/stand-in/start-s3-stand-in.ts'

const etag = '"5d41402abc4b2a76b9719d911017c592"'
const md5 = Buffer.from('5d41402abc4b2a76b9719d911017c592', 'hex')

describe('attemptChecksum', { timeout: 60_000 }, () => {
  let s3: S3StandIn
  let bucket: BucketClient
  before(async () => {
    s3 = await startS3StandIn()
    s3.put('a b', { body: 'hello' })
    bucket = createBucketClient({ after() {} }, s3)
  })
  after(async () => {
    bucket.pool.close()
    await s3.close()
  })

  it('asks with HEAD for the very version', async () => {
    const before = s3.requestCount
    assert.deepEqual(await bucket.checksum('a b', etag), { kind: 'found', checksums: { md5 } })
    assert.deepEqual(
      s3.requests
        .slice(before)
        .map(({ method, key, headers }) => [
          method,
          key,
          headers['if-match'],
          headers['x-amz-checksum-mode'],
          headers.range,
        ]),
      [['HEAD', 'a b', etag, 'ENABLED', undefined]],
    )
  })

  it('tells that S3 holds another version, also where S3 does not heed the condition', async () => {
    assert.deepEqual(await bucket.checksum('a b', '"other"'), { kind: 'replaced' })
    s3.misbehave({ wrongEtag: true })
    assert.deepEqual(await bucket.checksum('a b', etag), { kind: 'replaced' })
    s3.misbehave(null)
  })

  it('is asked again as an object is', async () => {
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { error: 503 } : ordinal === 2 ? { error: 500 } : undefined,
    )
    assert.equal((await bucket.checksum('a b', etag)).kind, 'found')
    assert.equal(bucket.retries.length, 2)
    s3.misbehave({ error: 503 })
    await assert.rejects(bucket.checksum('a b', etag), {
      code: 'S3_UNAVAILABLE',
      message: 'S3 answered 503 when asked for the checksum',
    })
    s3.misbehave(null)
  })

  it('says what S3 refuses, and asks GET why', async () => {
    const refused = { code: 'S3_UNAVAILABLE', message: 'S3 answered 404 when asked for the checksum' }
    await assert.rejects(bucket.checksum('missing', etag), refused)
    const others = createBucketClient({ after() {} }, { ...s3, secretAccessKey: 'wrong' })
    await assert.rejects(others.checksum('a b', etag), {
      code: 'S3_CREDENTIALS',
      message: /SignatureDoesNotMatch/,
    })
    others.pool.close()
  })
})
