import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readAwsHost, regionInHost } from '../../../../src/config/schema/aws-host.ts'

describe('readAwsHost', () => {
  for (const [host, region] of [
    ['s3.amazonaws.com', undefined],
    ['s3.eu-west-2.amazonaws.com', 'eu-west-2'],
    ['s3-eu-west-2.amazonaws.com', 'eu-west-2'],
    ['s3.dualstack.eu-west-2.amazonaws.com', 'eu-west-2'],
    ['s3-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['s3-fips-us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['s3-fips.dualstack.us-east-1.amazonaws.com', 'us-east-1'],
    ['s3-external-1.amazonaws.com', undefined],
    ['s3-accelerate.amazonaws.com', undefined],
    ['s3-accelerate.dualstack.amazonaws.com', undefined],
    ['s3.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['s3.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
    ['bucket.vpce-1a2b3c4d.s3.eu-west-2.vpce.amazonaws.com', 'eu-west-2'],
    ['vpce-1a2b3c4d.s3.eu-west-2.vpce.amazonaws.com', 'eu-west-2'],
  ] as const) {
    it(`finds no bucket in ${host}, and the region ${region}`, () => {
      assert.deepEqual(readAwsHost(host), { namesBucket: false, region })
    })
  }

  for (const [host, region] of [
    ['my-bucket.s3.amazonaws.com', undefined],
    ['my-bucket.s3.eu-west-2.amazonaws.com', 'eu-west-2'],
    ['my.bucket.s3-eu-west-2.amazonaws.com', 'eu-west-2'],
    ['s3-logs.s3.dualstack.eu-west-2.amazonaws.com', 'eu-west-2'],
    ['my-bucket.s3-accelerate.amazonaws.com', undefined],
    ['point-123456789012.s3-accesspoint.eu-west-2.amazonaws.com', 'eu-west-2'],
    ['b--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['my-bucket.bucket.vpce-1a2b3c4d.s3.eu-west-2.vpce.amazonaws.com', 'eu-west-2'],
    ['my-bucket.vpce-1a2b3c4d.s3.eu-west-2.vpce.amazonaws.com', 'eu-west-2'],
  ] as const) {
    it(`finds a bucket in ${host}, and the region ${region}`, () => {
      assert.deepEqual(readAwsHost(host), { namesBucket: true, region })
    })
  }

  it('knows no other host', () => {
    for (const host of [
      'minio',
      '127.0.0.1',
      's3.example.com',
      'amazonaws.com',
      'ec2.eu-west-2.amazonaws.com',
    ])
      assert.equal(readAwsHost(host), undefined)
  })
})

describe('regionInHost', () => {
  it('is what stands behind s3, as at AWS', () => {
    assert.equal(regionInHost('s3.eu-central-1.wasabisys.com'), 'eu-central-1')
    assert.equal(regionInHost('my-bucket.s3.us-west-004.backblazeb2.com'), 'us-west-004')
  })

  it('is nothing in any other name', () => {
    for (const host of [
      'minio',
      '127.0.0.1',
      's3.example.com',
      'my-bucket-1.example.com',
      'a.s3.example-1.com',
    ])
      assert.equal(regionInHost(host), undefined, host)
  })
})
