import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nameOptionsOf } from '../../../src/mount/name-options.ts'

describe('nameOptionsOf', () => {
  it('names the options of a mount, without variables, which mounts do not have', () => {
    for (const [message, named] of [
      ['check s3.endpoint (AWS_S3_ENDPOINT) and the network', 'check mounts.docs.endpoint and the network'],
      [
        's3.accessKeyId and s3.secretAccessKey (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)',
        'mounts.docs.accessKeyId and mounts.docs.secretAccessKey',
      ],
      ['within 5 ms (s3.deadlineMs): S3', 'within 5 ms (mounts.docs.deadlineMs): S3'],
      ['(s3.healthcheckKey)', '(s3.healthcheckKey)'],
      [
        'no more in the whole process (s3.maxConnections)',
        'no more in the whole process (s3.maxConnections)',
      ],
      ['https://s3.eu-west-2.amazonaws.com/', 'https://s3.eu-west-2.amazonaws.com/'],
    ] as const)
      assert.equal(nameOptionsOf('docs', message), named)
    assert.equal(nameOptionsOf(undefined, 's3.endpoint (AWS_S3_ENDPOINT)'), 's3.endpoint (AWS_S3_ENDPOINT)')
  })
})
