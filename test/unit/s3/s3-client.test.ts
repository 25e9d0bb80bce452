import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseEndpoint } from '../../../src/config/schema/endpoint.ts'
import type { Connection } from '../../../src/s3/connection.ts'
import { createS3Client } from '../../../src/s3/s3-client.ts'
import { createSigner } from '../../../src/s3/sigv4.ts'
import { TransportError } from '../../../src/s3/transport-error.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'
import { Deadline } from '../../../src/waiting/deadline.ts'

describe('createS3Client', { timeout: 60_000 }, () => {
  it('asks on few other connections where each turns out to be closed, and then says so', async () => {
    let asked = 0
    const connection = {
      async exchange() {
        asked++
        throw new TransportError(asked > 20 ? 'garbage' : 'stale', 'S3 closed an idle connection')
      },
      close() {},
    } as unknown as Connection
    const endpoint = parseEndpoint('http://127.0.0.1:9/bucket/')
    assert.ok(endpoint)
    const client = createS3Client({
      ...{ endpoint, stallTimeoutMs: 1000, userAgent: 's3proxy/test', now: () => 0 },
      sign: createSigner('eu-west-2'),
      credentials: { get: () => ({ accessKeyId: 'a', secretAccessKey: 'b' }), renew: () => false },
      pool: { acquire: () => connection, distrust() {} },
    })
    const request = { method: 'GET' as const, wireKey: 'key', headers: [] }
    const sent = client.send(request, new Cancellation(), new Deadline(60_000, () => 0))
    await assert.rejects(sent, { failure: 'stale' })
    assert.ok(asked > 1 && asked <= 10, `${asked} times`)
  })
})
