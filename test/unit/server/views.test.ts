import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createGuestReads } from '../../../src/object/guest-reads.ts'
import type { ObjectKey } from '../../../src/object/key.ts'
import type { ObjectRequest, ObjectResult } from '../../../src/object/object-source.ts'
import { healthChecks } from '../../../src/s3/fair-shares.ts'
import { createViews } from '../../../src/server/views.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { request } from '../../helpers/stage/login-ports.ts'

const key = 'a' as ObjectKey

describe('createViews', () => {
  it('reads an object as the one who asks, and notes how long S3 took', async () => {
    const { views, asked } = start()
    const record = new RequestRecord()
    assert.equal((await views.object(request('/a'), record, key, 'jo')).status, 404)
    assert.deepEqual(
      asked.map((one) => [one.key, one.sharer]),
      [['a', 'jo']],
    )
    assert.ok(Number(record.s3Ms) >= 0)
  })

  it('reads the object of the health check as a health check, once for all who ask at the same moment', async () => {
    const { views, asked } = start()
    const replies = await Promise.all(
      [1, 2, 3].map(() => views.healthcheck(request('/a'), new RequestRecord(), key)),
    )
    assert.deepEqual(
      replies.map(({ status }) => status),
      [404, 404, 404],
    )
    assert.deepEqual(
      asked.map((one) => one.sharer),
      [healthChecks],
    )
  })
})

function start() {
  const asked: ObjectRequest[] = []
  const views = createViews({
    source: {
      async open(one: ObjectRequest): Promise<ObjectResult> {
        asked.push(one)
        return { kind: 'not-found' }
      },
    },
    guestReads: createGuestReads(8),
    isSandboxed: () => true,
    now: () => 0,
    onDenied() {},
    onRefused() {},
  })
  return { views, asked }
}
