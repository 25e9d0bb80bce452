import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { S3ProxyError } from '../../../src/errors.ts'
import { accessLineOf } from '../../../src/telemetry/access-line.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'

/** Makes the record of a request that is over and had a head. */
function ended(changes: Partial<RequestRecord>): RequestRecord {
  const record = Object.assign(new RequestRecord('GET', 10), { status: 200, headAtMs: 12 }, changes)
  record.end(25.1234567)
  return record
}

describe('RequestRecord', () => {
  it('is a request whose client left before it was answered, until something else is noted', () => {
    const record = new RequestRecord('GET', 10)
    record.end(20)
    assert.deepEqual([record.status, record.code, record.outcome], [499, 'CLIENT_LEFT', 'aborted'])
    // A code that was never sent is not the outcome of the request.
    const unsent = ended({ headAtMs: undefined, code: 'OBJECT_NOT_FOUND' })
    assert.equal(unsent.code, 'CLIENT_LEFT')
  })

  it('ends with the code that was answered, or that of what cut the answer', () => {
    const codeOf = (changes: Partial<RequestRecord>) => {
      const { code, outcome } = ended(changes)
      return [code, outcome]
    }
    const cutCause = new S3ProxyError('S3_TIMEOUT', 'silent')
    assert.deepEqual(codeOf({ outcome: 'complete' }), [undefined, 'complete'])
    assert.deepEqual(codeOf({ outcome: 'complete', code: 'OBJECT_DENIED' }), ['OBJECT_DENIED', 'complete'])
    assert.deepEqual(codeOf({ outcome: 'aborted', code: 'OBJECT_DENIED' }), ['OBJECT_DENIED', 'aborted'])
    assert.deepEqual(codeOf({ outcome: 'cut', cutCause }), ['S3_TIMEOUT', 'cut'])
    assert.deepEqual(codeOf({ outcome: 'cut', cutCause: new TypeError('x') }), ['INTERNAL', 'cut'])
  })

  it('is cut by us where we reset the connection before everything was sent', () => {
    const resetReason = 'SEND_TIMEOUT'
    for (const outcome of ['aborted', 'cut'] as const)
      for (const headAtMs of [undefined, 12]) {
        const record = ended({ resetReason, outcome, headAtMs })
        assert.deepEqual([record.code, record.outcome], ['SEND_TIMEOUT', 'cut'])
      }
    const complete = ended({ resetReason, outcome: 'complete' })
    assert.deepEqual([complete.code, complete.outcome], [undefined, 'complete'])
  })

  it('is revoked where the session ended before everything was sent', () => {
    for (const outcome of ['aborted', 'cut'] as const) {
      const record = ended({ resetReason: 'SESSION_ENDED', outcome })
      assert.deepEqual([record.code, record.outcome], ['SESSION_ENDED', 'revoked'])
    }
    const complete = ended({ resetReason: 'SESSION_ENDED', outcome: 'complete' })
    assert.deepEqual([complete.code, complete.outcome], [undefined, 'complete'])
  })

  it('adds up how long work takes, also where it fails, and notes when only where that is wanted', async () => {
    const record = new RequestRecord()
    assert.equal(await record.timed('s3Ms', 'at once'), 'at once')
    assert.equal(record.phases, undefined)
    record.phases = []
    const before = record.s3Ms ?? Number.NaN
    // Timers may fire early or late, and the machine may pause between two lines. The time that is measured here lies within
    // the time that the record measures.
    let workMs = 0
    const timed = async (fails: boolean) => {
      let endedAtMs = Number.NaN
      const work = sleep(30).then(() => {
        endedAtMs = performance.now()
        if (fails) throw new Error('broken')
      })
      const timing = record.timed('s3Ms', work)
      const begunAtMs = performance.now()
      await timing.finally(() => {
        workMs += endedAtMs - begunAtMs
      })
    }
    const startedAtMs = performance.now()
    await timed(false)
    await assert.rejects(timed(true), /broken/)
    const passedMs = performance.now() - startedAtMs
    const addedMs = Number(record.s3Ms) - before
    assert.ok(
      addedMs > workMs - 0.01 && addedMs < passedMs + 0.01,
      `${addedMs} of ${workMs} to ${passedMs} ms`,
    )
    assert.deepEqual([record.sessionMs, record.ssoMs], [undefined, undefined])
    assert.deepEqual(
      record.phases.map(({ name, startedAtMs, endedAtMs }) => [name, endedAtMs - startedAtMs > 15]),
      [
        ['s3Ms', true],
        ['s3Ms', true],
      ],
    )
  })
})

describe('accessLineOf', () => {
  it('has the fields of the line in its order, without those that nothing was noted of', () => {
    const line = (changes: Partial<RequestRecord>) =>
      JSON.stringify(
        accessLineOf(
          ended({
            requestId: 'r',
            path: '/a%20b',
            key: 'a b',
            route: 'object',
            outcome: 'complete',
            ...changes,
          }),
        ),
      )
    const begin =
      '{"requestId":"r","method":"GET","path":"/a%20b","status":200,"bytes":0,"outcome":"complete",'
    assert.equal(line({}), `${begin}"totalMs":15.123,"route":"object","key":"a b"}`)
    assert.equal(
      line({
        ...{
          code: 'OBJECT_DENIED',
          who: 'jo',
          ground: 'allow',
          rule: 'staff',
          login: 'finished',
          s3RequestId: 's',
          sessionMs: 1,
          ssoMs: 2,
          s3Ms: 3,
        },
        ...{ healed: 0, askedTwiceBytes: 5, parts: 4, traceId: 't' },
        // The line has none of these.
        ...{ etag: '"e"', sizeBytes: 5, versionId: 'v', traceparent: 'p' },
      }),
      `${begin}"totalMs":15.123,"code":"OBJECT_DENIED","route":"object","key":"a b","who":"jo","ground":"allow","rule":"staff","login":"finished","s3RequestId":"s","sessionMs":1,"ssoMs":2,"s3Ms":3,"healed":0,"askedTwiceBytes":5,"parts":4,"traceId":"t"}`,
    )
  })
})
