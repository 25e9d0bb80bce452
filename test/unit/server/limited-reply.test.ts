import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Limits } from '../../../src/limits/limits.ts'
import { limitedReply } from '../../../src/server/limited-reply.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { request } from '../../helpers/stage/login-ports.ts'

/** Limits without a free place. */
function taken(running: number): Limits & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    take(person) {
      asked.push(`take ${person}`)
      return undefined
    },
    async wait(person) {
      asked.push(`wait ${person}`)
      return undefined
    },
    runningOf: () => running,
  }
}

describe('limitedReply', () => {
  it('says how many downloads run, as far as any is known', async () => {
    for (const [running, text] of [
      [0, /As many downloads of this account are running as may run at once\./],
      [1, /You have 1 download running, /],
      [12, /You have 12 downloads running, /],
    ] as const) {
      const record = new RequestRecord('GET')
      const reply = await limitedReply(taken(running), request('/a'), record, 'jo', () => assert.fail())
      assert.equal(reply.status, 429)
      assert.match(String(reply.body), text)
      assert.equal(record.place, undefined)
    }
  })

  it('asks for no place for a HEAD', async () => {
    const limits = taken(1)
    const read = async () => ({ status: 200, headers: [], body: null })
    const reply = await limitedReply(limits, request('/a', {}, 'HEAD'), new RequestRecord('HEAD'), 'jo', read)
    assert.deepEqual([reply.status, limits.asked], [200, []])
  })

  it('waits only once S3 has said that there is a body', async () => {
    const limits = taken(1)
    const methods: string[] = []
    const reply = await limitedReply(
      ...([limits, request('/a', { range: 'bytes=0-' }), new RequestRecord('GET'), 'jo'] as const),
      async ({ method }) => {
        methods.push(...limits.asked, method)
        return { status: 206, headers: [], body: { source: null, sizeBytes: 5 } }
      },
    )
    assert.equal(reply.status, 429)
    assert.deepEqual(
      [methods, limits.asked],
      [
        ['take jo', 'HEAD'],
        ['take jo', 'wait jo'],
      ],
    )
  })
})
