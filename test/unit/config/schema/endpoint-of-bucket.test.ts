import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type BucketName, endpointOfBucket } from '../../../../src/config/schema/endpoint-of-bucket.ts'

const urlOf = (name: BucketName) => endpointOfBucket(name)?.url ?? ''

describe('endpointOfBucket', () => {
  const region = 'eu-west-2'

  it('is domain style on AWS', () => {
    assert.equal(urlOf({ region, bucket: 'my-bucket' }), 'https://my-bucket.s3.eu-west-2.amazonaws.com/')
  })

  it('is path style where a dot in the name would break TLS', () => {
    assert.equal(urlOf({ region, bucket: 'my.bucket' }), 'https://s3.eu-west-2.amazonaws.com/my.bucket/')
  })

  it('knows the domain of the regions in China', () => {
    assert.equal(
      urlOf({ region: 'cn-north-1', bucket: 'my-bucket' }),
      'https://my-bucket.s3.cn-north-1.amazonaws.com.cn/',
    )
  })

  it('is path style below the root URL of another S3', () => {
    const endpointUrl = 'http://minio:9000'
    assert.equal(urlOf({ region, bucket: 'b1b', endpointUrl }), 'http://minio:9000/b1b/')
    assert.equal(urlOf({ region, bucket: 'b1b', endpointUrl: `${endpointUrl}/` }), 'http://minio:9000/b1b/')
    assert.equal(
      urlOf({ region, bucket: 'b1b', endpointUrl: `${endpointUrl}/below//` }),
      'http://minio:9000/below/b1b/',
    )
  })

  it('ends in the key prefix, encoded, with its slash', () => {
    assert.equal(
      urlOf({ region, bucket: 'my-bucket', keyPrefix: 'a b/c' }),
      'https://my-bucket.s3.eu-west-2.amazonaws.com/a%20b/c/',
    )
    for (const keyPrefix of ['b', 'b/', '/b', '/b/', '//b//'])
      assert.match(urlOf({ region, bucket: 'my-bucket', keyPrefix }), /\.com\/b\/$/, keyPrefix)
    assert.match(urlOf({ region, bucket: 'my-bucket', keyPrefix: '/a//b/' }), /\.com\/a\/\/b\/$/)
    for (const keyPrefix of ['', '/', '//'])
      assert.match(urlOf({ region, bucket: 'my-bucket', keyPrefix }), /\.com\/$/)
  })

  it('knows the bucket, and what stands before and behind it', () => {
    const partsOf = (name: BucketName) => {
      const endpoint = endpointOfBucket(name)
      return [endpoint?.origin.host, endpoint?.bucketPath, endpoint?.keyPrefix]
    }
    assert.deepEqual(
      partsOf({ region, bucket: 'b1b', endpointUrl: 'http://minio:9000/be%20low', keyPrefix: 'a b' }),
      ['minio:9000', '/be%20low/b1b/', 'a b/'],
    )
    assert.deepEqual(partsOf({ region, bucket: 'my-bucket', keyPrefix: 'a b/c' }), [
      'my-bucket.s3.eu-west-2.amazonaws.com',
      '/',
      'a b/c/',
    ])
    assert.deepEqual(partsOf({ region, bucket: 'my.bucket', keyPrefix: 'a' }), [
      's3.eu-west-2.amazonaws.com',
      '/my.bucket/',
      'a/',
    ])
  })

  it('is none where the prefix would climb', () => {
    for (const keyPrefix of ['..', 'a/../b', './a', 'a\\b'])
      assert.equal(endpointOfBucket({ region, bucket: 'my-bucket', keyPrefix }), undefined, keyPrefix)
  })
})
