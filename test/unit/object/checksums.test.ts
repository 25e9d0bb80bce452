import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readChecksums } from '../../../src/object/checksums.ts'

const etag = '"5d41402abc4b2a76b9719d911017c592"'
const read = (headers: Record<string, string>) => readChecksums(new Map(Object.entries(headers)))

describe('readChecksums', () => {
  it('reads every digest of the full object', () => {
    assert.deepEqual(
      read({
        'x-amz-checksum-crc32': 'NhCmhg==',
        'x-amz-checksum-crc64nvme': 'M3eFcAZSQlc=',
        'x-amz-checksum-type': 'FULL_OBJECT',
        etag,
      }),
      {
        crc32: Buffer.from('3610a686', 'hex'),
        crc64nvme: Buffer.from('3377857006524257', 'hex'),
        md5: Buffer.from('5d41402abc4b2a76b9719d911017c592', 'hex'),
      },
    )
  })

  it('reads none of a checksum of checksums', () => {
    const parts = '"5d41402abc4b2a76b9719d911017c592-2"'
    assert.deepEqual(read({ 'x-amz-checksum-crc32': 'NhCmhg==-2', etag: parts }), {})
    const typed = { 'x-amz-checksum-sha256': 'AAAA', 'x-amz-checksum-type': 'COMPOSITE', etag: parts }
    assert.deepEqual(read(typed), {})
  })

  it('reads no MD5 of an encrypted object, and its checksum all the same', () => {
    for (const encryption of ['aws:kms', 'aws:kms:dsse'])
      assert.deepEqual(
        read({ etag, 'x-amz-server-side-encryption': encryption, 'x-amz-checksum-crc32': 'NhCmhg==' }),
        { crc32: Buffer.from('3610a686', 'hex') },
      )
    assert.deepEqual(read({ etag, 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }), {})
  })
})
