import assert from 'node:assert/strict'
import { describe } from 'node:test'
import {
  GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { createClient } from './create-client.ts'
import { sendSigned } from './signed-request.ts'
import type { Suite } from './suite.ts'

export function describeErrors({ behaves, client, send, server }: Suite): void {
  describe('errors', () => {
    const errorOf = async (command: Promise<unknown>): Promise<[string, number | undefined]> => {
      const error = await command.then(
        () => assert.fail('expected an error'),
        (reason: S3ServiceException) => reason,
      )
      return [error.name, error.$metadata.httpStatusCode]
    }
    const withKeys = async <T>(
      keys: { accessKeyId: string; secretAccessKey: string },
      use: (other: S3Client) => Promise<T>,
    ) => {
      const other = createClient(server(), keys)
      try {
        return await use(other)
      } finally {
        other.destroy()
      }
    }
    const missing = () => ({ Bucket: server().bucket, Key: 'no-such-key' })

    behaves('a key that does not exist is 404 NoSuchKey', async () => {
      assert.deepEqual(await errorOf(client().send(new GetObjectCommand(missing()))), ['NoSuchKey', 404])
    })

    behaves('HEAD of a key that does not exist is 404 without a body', async () => {
      assert.deepEqual(await errorOf(client().send(new HeadObjectCommand(missing()))), ['NotFound', 404])
      const answer = await send({ method: 'HEAD', rawKey: 'no-such-key' })
      assert.equal(answer.status, 404)
      assert.equal(answer.body.length, 0)
    })

    behaves('a bucket that does not exist is 404 NoSuchBucket', async () => {
      const command = new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'x' })
      assert.deepEqual(await errorOf(client().send(command)), ['NoSuchBucket', 404])
    })

    behaves('a wrong secret is 403 SignatureDoesNotMatch', async () => {
      const keys = { accessKeyId: server().accessKeyId, secretAccessKey: 'wrong' }
      const error = await withKeys(keys, (other) => errorOf(other.send(new GetObjectCommand(missing()))))
      assert.deepEqual(error, ['SignatureDoesNotMatch', 403])
    })

    behaves('an unknown key id is 403 InvalidAccessKeyId', async () => {
      const keys = { accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey: server().secretAccessKey }
      const error = await withKeys(keys, (other) => errorOf(other.send(new GetObjectCommand(missing()))))
      assert.deepEqual(error, ['InvalidAccessKeyId', 403])
    })

    behaves('HEAD with a wrong secret is 403 without a body', async () => {
      const keys = { accessKeyId: server().accessKeyId, secretAccessKey: 'wrong' }
      const answer = await withKeys(keys, (other) =>
        sendSigned(server(), other, { method: 'HEAD', rawKey: 'no-such-key' }),
      )
      assert.equal(answer.status, 403)
      assert.equal(answer.body.length, 0)
    })

    behaves('a request without a signature is 403 AccessDenied', async () => {
      const answer = await send({
        rawKey: 'no-such-key',
        tamper: (headers) => {
          for (const name of Object.keys(headers)) {
            if (name !== 'host') delete headers[name]
          }
        },
      })
      assert.equal(answer.status, 403)
      assert.match(answer.body.toString(), /<Code>AccessDenied<\/Code>/)
    })

    behaves('a signed header that was changed on the way is 403 SignatureDoesNotMatch', async () => {
      const answer = await send({
        rawKey: 'no-such-key',
        headers: { range: 'bytes=0-1' },
        tamper: (headers) => {
          headers.range = 'bytes=0-2'
        },
      })
      assert.equal(answer.status, 403)
      assert.match(answer.body.toString(), /<Code>SignatureDoesNotMatch<\/Code>/)
    })

    behaves('an error is XML with Code, Message and RequestId', async () => {
      const answer = await send({ rawKey: 'no-such-key' })
      assert.match(answer.headers['content-type'] ?? '', /^application\/xml/)
      const xml = answer.body.toString()
      assert.match(xml, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code>/)
      assert.match(xml, /<Message>[^<]+<\/Message>.*<RequestId>[^<]+<\/RequestId>.*<\/Error>$/s)
      assert.match(xml, /<Key>no-such-key<\/Key>/)
    })
  })
}
