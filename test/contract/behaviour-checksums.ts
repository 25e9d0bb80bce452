import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { crc32 } from 'node:zlib'
import { createBucketClient } from '../helpers/clients/bucket-client.ts'
import type { Suite } from './suite.ts'

const hello = Buffer.from('hello')
const crc32OfHello = Buffer.alloc(4)
crc32OfHello.writeUInt32BE(crc32(hello))
const md5OfHello = Buffer.from('5d41402abc4b2a76b9719d911017c592', 'hex')
const crc64NvmeOfHello = Buffer.from('3377857006524257', 'hex')
const onDemand = { 'x-amz-checksum-mode': 'ENABLED' }

export function describeChecksums({ behaves, send, server }: Suite): void {
  describe('checksums', () => {
    /** The answer as s3proxy reads it. */
    const ask = async (key: string, etag?: string) => {
      const { origin, bucket } = server()
      const address = { ...server(), endpoint: `${origin}/${bucket}/` }
      const reader = createBucketClient({ after() {} }, address)
      const head = await send({ method: 'HEAD', rawKey: key })
      try {
        return await reader.checksum(key, etag ?? String(head.headers.etag))
      } finally {
        reader.pool.close()
      }
    }

    behaves('a checksum is told on demand, with HEAD as with GET', async () => {
      await server().put('summed', hello, { checksum: 'CRC32' })
      for (const method of ['HEAD', 'GET']) {
        const asked = await send({ method, rawKey: 'summed', headers: onDemand })
        assert.equal(asked.headers['x-amz-checksum-crc32'], crc32OfHello.toString('base64'))
        assert.equal(asked.headers['x-amz-checksum-type'] ?? 'FULL_OBJECT', 'FULL_OBJECT')
      }
    })

    behaves('a checksum is not told unasked', async () => {
      await server().put('summed', hello, { checksum: 'CRC32' })
      const { headers } = await send({ method: 'HEAD', rawKey: 'summed' })
      assert.equal(headers['x-amz-checksum-crc32'], undefined)
    })

    behaves('s3proxy knows the checksum and the MD5 of an object', async () => {
      await server().put('summed', hello, { checksum: 'CRC32' })
      const checksums = { crc32: crc32OfHello, md5: md5OfHello }
      assert.deepEqual(await ask('summed'), { kind: 'found', checksums })
    })

    behaves('s3proxy knows the MD5 of an object that came without a checksum', async () => {
      await server().put('unsummed', hello)
      const result = await ask('unsummed')
      assert.ok(result.kind === 'found')
      // S3 computes a CRC by itself. Stores that do not have only the MD5.
      const { crc64nvme = crc64NvmeOfHello, ...others } = result.checksums
      assert.deepEqual(crc64nvme, crc64NvmeOfHello)
      assert.deepEqual(others, { md5: md5OfHello })
    })

    behaves('an upload in parts has a checksum of checksums, which s3proxy does not take', async () => {
      await server().putParts('in-parts', [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('b')])
      const { headers } = await send({ method: 'HEAD', rawKey: 'in-parts', headers: onDemand })
      assert.match(String(headers['x-amz-checksum-crc32']), /^[\w+/]{6}==-2$/)
      assert.match(headers.etag ?? '', /^"[0-9a-f]{32}-2"$/)
      assert.deepEqual(await ask('in-parts'), { kind: 'found', checksums: {} })
    })

    behaves('s3proxy is told that another version is there by now', async () => {
      await server().put('summed', hello)
      assert.deepEqual(await ask('summed', '"00000000000000000000000000000000"'), { kind: 'replaced' })
    })
  })
}
