import assert from 'node:assert/strict'
import { before, describe } from 'node:test'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { untilTrue } from '../helpers/eventually.ts'
import type { Suite } from './suite.ts'

/** Describes versions. It runs last, because a bucket cannot lose its versions again. */
export function describeVersions({ behaves, client, send, server }: Suite): void {
  describe('Versions', () => {
    before(async () => {
      await server().put('older', 'from before')
      await server().enableVersions()
    })

    const putTwice = async (key: string) => {
      await server().put(key, 'the first version')
      const { VersionId = '', ETag = '' } = await client().send(
        new GetObjectCommand({ Bucket: server().bucket, Key: key }),
      )
      await server().put(key, 'the second version')
      return { versionId: VersionId, etag: ETag }
    }
    const ask = (key: string, versionId: string, headers = {}) =>
      send({ rawKey: key, query: { versionId }, headers })

    behaves('an object from before the versions is named null, or has no name', async () => {
      const { headers } = await send({ rawKey: 'older' })
      assert.equal(headers['x-amz-version-id'] ?? 'null', 'null')
      assert.equal((await ask('older', 'null')).body.toString(), 'from before')
    })

    behaves('a version that was replaced is given by its name', async () => {
      const { versionId, etag } = await putTwice('replaced')
      const answer = await ask('replaced', versionId, { 'if-match': etag, range: 'bytes=4-8' })
      assert.equal(answer.status, 206)
      assert.equal(answer.body.toString(), 'first')
      assert.equal(answer.headers['content-range'], 'bytes 4-8/17')
      assert.equal(answer.headers.etag, etag)
      assert.equal(answer.headers['x-amz-version-id'], versionId)
    })

    behaves('a version of an object that was deleted is given by its name', async () => {
      const { versionId, etag } = await putTwice('deleted')
      await server().delete('deleted')
      assert.equal((await send({ rawKey: 'deleted' })).status, 404)
      const answer = await ask('deleted', versionId, { 'if-match': etag, range: 'bytes=4-8' })
      assert.equal(answer.status, 206)
      assert.equal(answer.body.toString(), 'first')
    })

    behaves('If-Match is compared with the version that is named', async () => {
      const { versionId } = await putTwice('matched')
      const newest = await send({ rawKey: 'matched' })
      const answer = await ask('matched', versionId, { 'if-match': String(newest.headers.etag) })
      assert.equal(answer.status, 412)
    })

    behaves('s3proxy delivers a version whole that is replaced and deleted while it is read', async () => {
      const sizeBytes = 24 * 1024 * 1024
      const begun = Buffer.alloc(sizeBytes, 'begun, ')
      await server().put('long-versions', begun)
      const { origin, bucket } = server()
      const reader = createBucketClient(
        { after() {} },
        { ...server(), endpoint: `${origin}/${bucket}/` },
        { readerPatienceMs: 50 },
      )
      const { body, record } = await reader.get('long-versions')
      const first = Buffer.from((await body.read()) ?? [])
      await server().put('long-versions', 'another')
      await server().delete('long-versions')
      await untilTrue('the connection is given back', () => reader.pool.usage.open === 0)
      assert.ok(Buffer.concat([first, await readAll(body)]).equals(begun))
      assert.equal(record.healed, 0)
      reader.pool.close()
    })
  })
}
