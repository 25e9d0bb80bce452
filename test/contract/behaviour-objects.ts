import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Agent } from 'node:http'
import { describe } from 'node:test'
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import type { Suite } from './suite.ts'

export function describeObjects({ behaves, client, send, server }: Suite): void {
  describe('GET and HEAD', () => {
    behaves('gives the bytes, the size, the type and an MD5 ETag', async () => {
      await server().put('plain.txt', 'hello, world', { contentType: 'text/plain' })
      const answer = await client().send(new GetObjectCommand({ Bucket: server().bucket, Key: 'plain.txt' }))
      assert.equal(await answer.Body?.transformToString(), 'hello, world')
      assert.equal(answer.ContentLength, 12)
      assert.equal(answer.ContentType, 'text/plain')
      assert.equal(answer.ETag, `"${createHash('md5').update('hello, world').digest('hex')}"`)
      assert.equal(answer.AcceptRanges, 'bytes')
    })

    behaves('HEAD has the headers of GET and no body', async () => {
      await server().put('head.txt', 'twelve bytes', { contentType: 'text/plain' })
      const got = await send({ rawKey: 'head.txt' })
      const head = await send({ method: 'HEAD', rawKey: 'head.txt' })
      assert.equal(head.status, 200)
      assert.equal(head.body.length, 0)
      for (const name of ['content-length', 'content-type', 'etag', 'last-modified', 'accept-ranges']) {
        assert.ok(head.headers[name] !== undefined, name)
        assert.equal(head.headers[name], got.headers[name], name)
      }
      const bySdk = await client().send(new HeadObjectCommand({ Bucket: server().bucket, Key: 'head.txt' }))
      assert.equal(bySdk.ContentLength, 12)
    })

    behaves('gives back the stored headers and metadata', async () => {
      await server().put('headers.txt', 'x', {
        contentType: 'text/html; charset=utf-8',
        cacheControl: 'max-age=60',
        contentDisposition: 'attachment; filename="a.html"',
        contentEncoding: 'gzip',
        contentLanguage: 'de',
        metadata: { colour: 'green' },
      })
      const { headers } = await send({ rawKey: 'headers.txt' })
      assert.equal(headers['content-type'], 'text/html; charset=utf-8')
      assert.equal(headers['cache-control'], 'max-age=60')
      assert.equal(headers['content-disposition'], 'attachment; filename="a.html"')
      assert.equal(headers['content-encoding'], 'gzip')
      assert.equal(headers['content-language'], 'de')
      assert.equal(headers['x-amz-meta-colour'], 'green')
    })

    behaves('an object without a type is binary/octet-stream', async () => {
      await server().put('untyped', 'x')
      assert.equal((await send({ rawKey: 'untyped' })).headers['content-type'], 'binary/octet-stream')
    })

    behaves('has a request id, a date and a Last-Modified in whole seconds', async () => {
      await server().put('dated.txt', 'x')
      const { headers } = await send({ rawKey: 'dated.txt' })
      assert.match(String(headers['x-amz-request-id'] ?? ''), /^\S+$/)
      for (const value of [headers.date, headers['last-modified']]) {
        assert.equal(new Date(value ?? '').toUTCString(), value)
      }
    })

    behaves('serves an object of no bytes', async () => {
      await server().put('empty', '')
      const answer = await send({ rawKey: 'empty' })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['content-length'], '0')
      assert.equal(answer.body.length, 0)
    })

    behaves('a connection is kept and used again', async () => {
      await server().put('kept.txt', 'x')
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      try {
        const first = await send({ rawKey: 'kept.txt', agent })
        const head = await send({ method: 'HEAD', rawKey: 'kept.txt', agent })
        const missing = await send({ rawKey: 'no-such-key', agent })
        const last = await send({ rawKey: 'kept.txt', agent })
        assert.equal(missing.status, 404)
        const ports = [head.localPort, missing.localPort, last.localPort]
        assert.deepEqual(ports, Array(3).fill(first.localPort))
      } finally {
        agent.destroy()
      }
    })

    behaves('lists the bucket and answers HEAD of it', async () => {
      await server().put('listed/b.txt', 'bb')
      await server().put('listed/a.txt', 'a')
      const command = { Bucket: server().bucket, Prefix: 'listed/' }
      const listed = await client().send(new ListObjectsV2Command(command))
      assert.deepEqual(
        listed.Contents?.map(({ Key, Size }) => [Key, Size]),
        [
          ['listed/a.txt', 1],
          ['listed/b.txt', 2],
        ],
      )
      const first = await client().send(new ListObjectsV2Command({ ...command, MaxKeys: 1 }))
      assert.equal(first.IsTruncated, true)
      const token = first.NextContinuationToken
      const second = await client().send(
        new ListObjectsV2Command({
          ...command,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      assert.deepEqual(
        second.Contents?.map(({ Key }) => Key),
        ['listed/b.txt'],
      )
      await client().send(new HeadBucketCommand({ Bucket: server().bucket }))
    })
  })
}
