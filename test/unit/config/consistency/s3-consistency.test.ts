import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, problemsOf, resolve, withoutEndpoint } from '../../../helpers/config/given.ts'

describe('checkS3', () => {
  it('wants both halves of an access key or none', () => {
    assert.deepEqual(problemsOf({ AWS_ACCESS_KEY_ID: 'a' }), [
      ['s3.secretAccessKey', 'AWS_SECRET_ACCESS_KEY'],
    ])
    assert.deepEqual(problemsOf({ AWS_SECRET_ACCESS_KEY: 'a' }), [['s3.accessKeyId', 'AWS_ACCESS_KEY_ID']])
    assert.deepEqual(problemsOf({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }), [])
  })

  it('says that the AWS default chain is used where no key is given', () => {
    assert.equal(resolve({ env: leastEnv }).sources['s3.accessKeyId'], 'AWS default chain')
    const env = { ...leastEnv, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
    assert.equal(resolve({ env }).sources['s3.accessKeyId'], 'AWS_ACCESS_KEY_ID')
  })

  it('refuses a key prefix beside an endpoint, which would otherwise serve more than was meant', () => {
    assert.deepEqual(problemsOf({ KEY_PREFIX: 'a/' }), [['s3.keyPrefix', 'KEY_PREFIX']])
  })

  it('warns of a bucket beside an endpoint', () => {
    const { config, warnings } = resolve({ env: { ...leastEnv, AWS_S3_BUCKET: 'other-bucket' } })
    assert.equal(config?.s3.endpoint?.url, leastEnv.AWS_S3_ENDPOINT)
    assert.ok(warnings.includes('s3.bucket is not used, because s3.endpoint is given'))
  })

  it('refuses an endpoint of AWS that names no bucket, and warns of any other', () => {
    for (const host of ['s3.amazonaws.com', 's3.eu-west-2.amazonaws.com', 's3-eu-west-2.amazonaws.com.'])
      for (const AWS_S3_ENDPOINT of [`https://${host}`, `https://${host}/`])
        assert.deepEqual(
          problemsOf({ AWS_S3_ENDPOINT }),
          [['s3.endpoint', 'AWS_S3_ENDPOINT']],
          AWS_S3_ENDPOINT,
        )
    const warns = (AWS_S3_ENDPOINT: string) => {
      const { problems, warnings } = resolve({ env: { ...leastEnv, AWS_S3_ENDPOINT } })
      assert.deepEqual(problems, [])
      return warnings.some((warning) => warning.startsWith('s3.endpoint has no bucket in its path'))
    }
    assert.equal(warns('http://minio:9000'), true)
    assert.equal(warns('https://s3.example.com/'), true)
    assert.equal(warns('http://minio:9000/b'), false)
    assert.equal(warns('https://my-bucket.s3.eu-west-2.amazonaws.com/'), false)
  })

  describe('s3.addressingStyle', () => {
    const partsOf = (env: Record<string, string>, base: Record<string, string> = leastEnv) => {
      const { config, problems, warnings } = resolve({ env: { ...base, ...env } })
      if (config === undefined) return problems.map(({ path, message }) => `${path} ${message}`)
      const { origin, bucketPath, keyPrefix } = config.s3.endpoint ?? assert.fail()
      return [origin.host, bucketPath, keyPrefix, warnings.some((text) => text.startsWith('s3.endpoint has'))]
    }
    const virtual = { S3PROXY_S3_ADDRESSING_STYLE: 'virtual' }
    const path = { S3PROXY_S3_ADDRESSING_STYLE: 'path' }

    it('says of a host that is not of AWS whether it is that of the bucket', () => {
      const AWS_S3_ENDPOINT = 'https://files.example.com/a%20b/c'
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT }), ['files.example.com', '/a%20b/', 'c/', false])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...path }), ['files.example.com', '/a%20b/', 'c/', false])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...virtual }), ['files.example.com', '/', 'a b/c/', false])
    })

    it('spares the host of a bucket the warning that none is named, and refuses path style without one', () => {
      const AWS_S3_ENDPOINT = 'https://files.example.com/'
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT }), ['files.example.com', '/', '', true])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...virtual }), ['files.example.com', '/', '', false])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...path }), [
        's3.endpoint names no bucket in its path, as s3.addressingStyle path needs',
      ])
    })

    it('is known at AWS, and must not contradict the host', () => {
      const host = { AWS_S3_ENDPOINT: 'https://my-bucket.s3.eu-west-2.amazonaws.com/a/' }
      assert.deepEqual(partsOf(virtual), [
        's3.addressingStyle virtual contradicts the host of s3.endpoint, which names no bucket: leave it out, at AWS the host tells',
      ])
      assert.deepEqual(partsOf({ ...host, ...path }), [
        's3.addressingStyle path contradicts the host of s3.endpoint, which names the bucket: leave it out, at AWS the host tells',
      ])
      const expected = ['my-bucket.s3.eu-west-2.amazonaws.com', '/', 'a/', false]
      assert.deepEqual([partsOf(host), partsOf({ ...host, ...virtual })], [expected, expected])
    })

    it('puts a bucket that is given by name before the host, or behind it', () => {
      const named = { AWS_S3_BUCKET: 'b-1/a' }
      const minio = { ...named, S3_ENDPOINT_URL: 'http://minio:9000/below' }
      const of = (env: Record<string, string>) => partsOf(env, withoutEndpoint)
      assert.deepEqual(of({ ...minio, ...virtual }), ['b-1.minio:9000', '/below/', 'a/', false])
      assert.deepEqual(of({ ...minio, ...path }), of(minio))
      assert.deepEqual(of({ ...named, ...path }), ['s3.eu-west-2.amazonaws.com', '/b-1/', 'a/', false])
      assert.deepEqual(of({ ...named, ...virtual }), of(named))
    })

    for (const env of [
      { AWS_S3_BUCKET: 'my.bucket' },
      { AWS_S3_BUCKET: 'My_Bucket', S3_ENDPOINT_URL: 'http://minio:9000' },
      { AWS_S3_BUCKET: 'my-bucket', S3_ENDPOINT_URL: 'http://127.0.0.1:9000' },
    ])
      it(`refuses a host made of ${Object.values(env).join(' and ')}`, () => {
        assert.deepEqual(problemsOf({ ...env, ...virtual }, withoutEndpoint), [
          ['s3.addressingStyle', 'S3PROXY_S3_ADDRESSING_STYLE'],
        ])
      })
  })

  it('warns of a region that the host of the endpoint contradicts', () => {
    const told = (AWS_S3_ENDPOINT: string, AWS_S3_REGION: string) =>
      resolve({ env: { ...leastEnv, AWS_S3_ENDPOINT, AWS_S3_REGION } }).warnings.filter((warning) =>
        warning.startsWith('s3.region is another region'),
      )
    assert.deepEqual(told('https://s3.eu-west-2.amazonaws.com/b/', 'us-east-1'), [
      's3.region is another region than the host of s3.endpoint names, which is eu-west-2',
    ])
    assert.equal(told('https://s3.eu-central-1.wasabisys.com/b/', 'us-east-1').length, 1)
    assert.deepEqual(told('https://s3.eu-west-2.amazonaws.com/b/', 'eu-west-2'), [])
    assert.deepEqual(told('https://b.s3.amazonaws.com/', 'eu-west-2'), [])
    assert.deepEqual(told('http://minio:9000/b/', 'us-east-1'), [])
  })

  it('warns of a key for the health check that begins with a slash', () => {
    const told = (key: string) =>
      resolve({ env: { ...leastEnv, AWS_S3_HEALTHCHECK_KEY: key } }).warnings.some((warning) =>
        warning.startsWith('s3.healthcheckKey begins with a slash'),
      )
    assert.deepEqual([told('/healthcheck.txt'), told('a/healthcheck.txt')], [true, false])
  })
})
