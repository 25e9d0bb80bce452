import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ObjectKey } from '../../../src/object/key.ts'
import { createS3Source } from '../../../src/origin/s3-source.ts'
import type { S3Client } from '../../../src/s3/s3-client.ts'
import { TransportError } from '../../../src/s3/transport-error.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'

describe('createS3Source', { timeout: 60_000 }, () => {
  it('has one deadline for all attempts together', async () => {
    let nowMs = 0
    const remainingMs: number[] = []
    const client: S3Client = {
      send(_request, _signal, deadline) {
        remainingMs.push(deadline.remainingMs)
        nowMs += 400
        return Promise.reject(new TransportError('stalled', 'S3 did not answer'))
      },
      renewCredentials: () => false,
      retire() {},
      close() {},
    }
    const source = createS3Source({
      ...{ client, maxAttempts: 10, deadlineMs: 1000, readerPatienceMs: 60_000 },
      ...{ isCrowded: () => false, random: () => 0, now: () => nowMs, onRetry() {} },
    })
    const signal = new Cancellation()
    const opened = source.open({ method: 'GET', key: 'k' as ObjectKey, conditions: {}, signal })
    await assert.rejects(Promise.resolve(opened), { code: 'S3_TIMEOUT', message: /s3\.deadlineMs/ })
    assert.deepEqual(remainingMs, [1000, 600, 200])
  })
})
