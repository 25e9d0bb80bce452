import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { createBucketClient } from '../helpers/clients/bucket-client.ts'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'

describe('connecting to S3', { timeout: 60_000 }, () => {
  it('is given up after s3.connectTimeoutMs, long before the deadline', async (t) => {
    // The server accepts connections, and never does a TLS handshake.
    let connections = 0
    const { port } = await listenOnLoopback(
      createServer().on('connection', () => connections++),
      t,
    )
    const bucket = createBucketClient(
      t,
      {
        endpoint: `https://127.0.0.1:${port}/bucket/`,
        region: 'eu-west-2',
        accessKeyId: 'a',
        secretAccessKey: 'b',
      },
      { connectTimeoutMs: 60, maxAttempts: 2, deadlineMs: 50_000 },
    )
    const expected = { code: 'S3_TIMEOUT', message: /no connection to S3 within 60 ms.*s3\.connectTimeoutMs/ }
    await assert.rejects(bucket.open('key'), expected)
    assert.equal(connections, 2)
  })
})
