import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { problemsOf, resolve, withoutEndpoint } from '../../../helpers/config/given.ts'

describe('fillInEndpoint', () => {
  it('makes the endpoint of bucket, region and prefix', () => {
    const { config, sources } = resolve({
      env: { ...withoutEndpoint, AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: 'a/' },
    })
    assert.equal(config?.s3.endpoint?.url, 'https://my-bucket.s3.eu-west-2.amazonaws.com/a/')
    assert.equal(sources['s3.endpoint'], 's3.bucket')
  })

  it('wants an endpoint or a bucket', () => {
    assert.deepEqual(problemsOf({}, withoutEndpoint), [['s3.endpoint', 'AWS_S3_ENDPOINT']])
  })

  const withBucket = (env: Record<string, string>) => resolve({ env: { ...withoutEndpoint, ...env } })

  it('takes a key prefix with or without slashes around it, also behind the bucket', () => {
    for (const env of [
      { AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: '/b/' },
      { AWS_S3_BUCKET: 'my-bucket/b' },
      { AWS_S3_BUCKET: 'my-bucket//b/' },
      { AWS_S3_BUCKET: 'my-bucket/b/', KEY_PREFIX: 'b' },
      { AWS_S3_BUCKET: 'my-bucket/', KEY_PREFIX: 'b/' },
    ]) {
      const { config, problems } = withBucket(env)
      assert.deepEqual(problems, [])
      assert.equal(config?.s3.endpoint?.url, 'https://my-bucket.s3.eu-west-2.amazonaws.com/b/')
      assert.equal(config?.s3.bucket, 'my-bucket')
    }
    assert.deepEqual(problemsOf({ AWS_S3_BUCKET: 'my-bucket/a', KEY_PREFIX: 'b' }, withoutEndpoint), [
      ['s3.keyPrefix', 'KEY_PREFIX'],
    ])
    assert.deepEqual(problemsOf({ AWS_S3_BUCKET: 'my-bucket/../a' }, withoutEndpoint), [
      ['s3.bucket', 'AWS_S3_BUCKET'],
    ])
  })

  it('takes old names of buckets where another S3 is named, and no name that AWS would not take', () => {
    const S3_ENDPOINT_URL = 'http://minio:9000'
    for (const name of ['My_Bucket', 'a'.repeat(255), '_a_', 'A.B']) {
      const { config } = withBucket({ AWS_S3_BUCKET: name, S3_ENDPOINT_URL })
      assert.equal(config?.s3.endpoint?.url, `http://minio:9000/${name}/`)
      assert.deepEqual(problemsOf({ AWS_S3_BUCKET: name }, withoutEndpoint), [['s3.bucket', 'AWS_S3_BUCKET']])
    }
    for (const name of ['ab', 'a'.repeat(256), 'a bucket', '/my-bucket', 'bücket'])
      assert.deepEqual(problemsOf({ AWS_S3_BUCKET: name, S3_ENDPOINT_URL }, withoutEndpoint), [
        ['s3.bucket', 'AWS_S3_BUCKET'],
      ])
  })

  for (const [mistake, path] of [
    [{ AWS_S3_BUCKET: 'no bucket' }, 's3.bucket'],
    [{ AWS_S3_BUCKET: 'My_Bucket', S3_ENDPOINT_URL: 'minio' }, 's3.endpointUrl'],
    [{ AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: 'a/../b' }, 's3.keyPrefix'],
    [{ AWS_S3_BUCKET: 'my-bucket', AWS_S3_REGION: 'EU' }, 's3.region'],
    [{ AWS_S3_ENDPOINT: 'no url', KEY_PREFIX: 'a' }, 's3.endpoint'],
    [{ AWS_S3_BUCKET: 'my-bucket', AWS_ACCESS_KEY_ID: 'a b', AWS_SECRET_ACCESS_KEY: 'c' }, 's3.accessKeyId'],
    [
      { AWS_S3_BUCKET: 'my-bucket', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'c\n' },
      's3.secretAccessKey',
    ],
  ] as [Record<string, string>, string][]) {
    it(`makes one problem of ${JSON.stringify(mistake)}`, () => {
      assert.deepEqual(
        problemsOf(mistake, withoutEndpoint).map(([name]) => name),
        [path],
      )
    })
  }

  it('refuses a key prefix that climbs out of itself', () => {
    const env = { AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: 'a/../b/' }
    assert.deepEqual(problemsOf(env, withoutEndpoint), [['s3.keyPrefix', 'KEY_PREFIX']])
  })
})
