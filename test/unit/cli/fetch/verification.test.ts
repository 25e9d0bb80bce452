import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { digestFile, pickExpectation, withDigest } from '../../../../src/cli/fetch/verification.ts'
import { readChecksums } from '../../../../src/object/checksums.ts'
import { fileWith } from '../../../helpers/config/file-with.ts'

const md5Etag = '"5d41402abc4b2a76b9719d911017c592"'
const pick = (headers: Record<string, string>) =>
  pickExpectation(readChecksums(new Map(Object.entries(headers))))

describe('pickExpectation', () => {
  it('takes the strongest checksum of the full object, before the ETag', () => {
    const headers = {
      etag: md5Etag,
      'x-amz-checksum-crc32': 'NhCmhg==',
      'x-amz-checksum-crc64nvme': 'M3eFcAZSQlc=',
      'x-amz-checksum-type': 'FULL_OBJECT',
    }
    assert.equal(pick(headers)?.name, 'crc64nvme')
    assert.equal(pick({ ...headers, 'x-amz-checksum-sha256': 'AAAA' })?.name, 'sha256')
  })

  for (const [name, value] of [
    ['crc32', 'NhCmhg=='],
    ['crc32c', 'mnG7TA=='],
    ['crc64nvme', 'M3eFcAZSQlc='],
    ['sha1', 'qvTGHdzF6KLavt4PO0gs2a6pQ00='],
    ['sha256', 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='],
  ] as const) {
    it(`finds that hello has its ${name}, and hallo has not`, () => {
      const expectation = pick({ [`x-amz-checksum-${name}`]: value })
      assert.equal(expectation?.name, name)
      const digestOf = (text: string) => {
        const digest = expectation?.start()
        digest?.update(Buffer.from(text))
        return digest?.digest()
      }
      assert.deepEqual(digestOf('hello'), expectation?.digest)
      assert.notDeepEqual(digestOf('hallo'), expectation?.digest)
    })
  }

  it('takes the ETag for an MD5 when it looks like one', () => {
    const expectation = pick({ etag: md5Etag })
    assert.equal(expectation?.name, 'MD5 of the ETag')
    assert.deepEqual(expectation?.digest, createHash('md5').update('hello').digest())
    assert.equal(pick({ etag: md5Etag, 'x-amz-server-side-encryption': 'AES256' })?.name, 'MD5 of the ETag')
  })

  for (const [what, headers] of [
    ['an upload in parts', { etag: '"5d41402abc4b2a76b9719d911017c592-2"' }],
    ['a weak ETag', { etag: `W/${md5Etag}` }],
    ['encryption by KMS', { etag: md5Etag, 'x-amz-server-side-encryption': 'aws:kms' }],
    ['encryption by KMS twice', { etag: md5Etag, 'x-amz-server-side-encryption': 'aws:kms:dsse' }],
    ['a key of the customer', { etag: md5Etag, 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }],
    ['no ETag', {}],
  ] as [string, Record<string, string>][]) {
    it(`takes the ETag for nothing with ${what}`, () => {
      assert.equal(pick(headers), undefined)
    })
  }

  it('takes a checksum of checksums for nothing', () => {
    assert.equal(pick({ 'x-amz-checksum-crc32': 'NhCmhg==-2' }), undefined)
    assert.equal(pick({ 'x-amz-checksum-sha256': 'AAAA', 'x-amz-checksum-type': 'COMPOSITE' }), undefined)
  })
})

describe('withDigest', () => {
  const sourceOf = (pieces: (Uint8Array | Promise<Uint8Array>)[]) => ({
    isCancelled: false,
    read() {
      return pieces.shift() ?? null
    },
    cancel() {
      this.isCancelled = true
    },
  })

  it('passes every piece on, at once or later, and digests it', async () => {
    const digest = createHash('md5')
    const tapped = withDigest(sourceOf([Buffer.from('hel'), Promise.resolve(Buffer.from('lo'))]), digest)
    assert.equal(String(tapped.read()), 'hel')
    assert.equal(String(await tapped.read()), 'lo')
    assert.equal(tapped.read(), null)
    assert.equal(digest.digest('hex'), md5Etag.slice(1, -1))
  })

  it('is the source itself when nothing is to be digested', () => {
    const source = sourceOf([])
    assert.equal(withDigest(source, undefined), source)
  })

  it('passes the cancelling on', () => {
    const source = sourceOf([])
    withDigest(source, createHash('md5')).cancel()
    assert.ok(source.isCancelled)
  })
})

describe('digestFile', () => {
  it('digests the first bytes of a file, and none of an empty one', async (t) => {
    const path = fileWith(t, 'hello and more')
    const digest = createHash('md5')
    await digestFile(path, 0, digest)
    await digestFile(path, 5, digest)
    assert.equal(digest.digest('hex'), md5Etag.slice(1, -1))
  })
})
