import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import type { ObjectKey } from '../../../src/object/key.ts'
import type { ObjectOpener, ObjectRequest, ObjectResult } from '../../../src/object/object-source.ts'
import { createSharedReads } from '../../../src/object/shared-reads.ts'
import { healthChecks } from '../../../src/s3/fair-shares.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'
import { readAll } from '../../helpers/clients/bucket-client.ts'
import { untilTrue } from '../../helpers/eventually.ts'
import { createHandFedBody, type HandFedBody, patternBytes } from '../../helpers/origin/hand-fed-bodies.ts'

/** Starts a source that answers on command. */
function start() {
  const asked: {
    request: ObjectRequest
    record: RequestRecord
    answer(result: ObjectResult): void
    fail(error: Error): void
  }[] = []
  const source: ObjectOpener = {
    open: (request, record) =>
      new Promise((resolve, reject) => asked.push({ request, record, answer: resolve, fail: reject })),
  }
  const shared = createSharedReads(source)
  const open = (request: Partial<ObjectRequest> = {}, record = new RequestRecord()) =>
    shared.open(
      {
        ...{ method: 'GET', key: 'k' as ObjectKey, conditions: {}, signal: new Cancellation() },
        ...request,
      },
      record,
    )
  return { asked, open }
}

function found(sizeBytes: number): ObjectResult & { kind: 'found'; body: HandFedBody } {
  const body = createHandFedBody(0, sizeBytes)
  return { kind: 'found', status: 200, headers: ['etag', '"a"'], sizeBytes, body }
}

async function bytesOf(result: ObjectResult): Promise<Buffer> {
  assert.equal(result.kind, 'found')
  return result.kind === 'found' ? readAll(result.body) : Buffer.alloc(0)
}

describe('createSharedReads', () => {
  it('gives all who ask at the same moment one answer, each its own headers and every byte', async () => {
    const { asked, open } = start()
    const all = [open(), open(), open()]
    assert.equal(asked.length, 1)
    assert.equal(asked[0]?.request.sharer, healthChecks)
    const answer = found(1000)
    asked[0]?.answer(answer)
    answer.body.feed(400)
    answer.body.feed()
    const results = await Promise.all(all)
    for (const result of results) {
      assert.ok((await bytesOf(result)).equals(Buffer.from(patternBytes(0, 1000))))
      if (result.kind === 'found') result.headers.push('x', 'y')
    }
    assert.equal(answer.body.isCancelled, true)
    assert.ok(results.every((result) => result.kind === 'found' && result.headers.length === 4))
  })

  it('tells the record of everybody what healing their one answer took', async () => {
    const { asked, open } = start()
    const records = [new RequestRecord(), new RequestRecord(), new RequestRecord()]
    const all = records.map((record) => open({}, record))
    const answer = found(1000)
    asked[0]?.answer(answer)
    await new Promise(setImmediate)
    const { record } = asked[0] as { record: RequestRecord }
    record.healed++
    record.askedTwiceBytes += 7
    answer.body.feed()
    await Promise.all(all)
    assert.deepEqual(
      records.map(({ healed, askedTwiceBytes }) => [healed, askedTwiceBytes]),
      Array(3).fill([1, 7]),
    )
  })

  it('asks anew once the answer has come', async () => {
    const { asked, open } = start()
    for (const count of [1, 2]) {
      const one = open()
      assert.equal(asked.length, count)
      asked[count - 1]?.answer({ kind: 'not-found' })
      assert.equal((await one).kind, 'not-found')
    }
  })

  it('shares neither methods, nor keys, nor what has conditions', () => {
    const { asked, open } = start()
    void open()
    void open({ method: 'HEAD' })
    void open({ key: 'other' as ObjectKey })
    void open({ conditions: { range: 'bytes=0-1' } })
    void open({ conditions: { 'if-none-match': '"a"' } })
    assert.equal(asked.length, 5)
    assert.ok(asked.every(({ request }) => request.sharer === healthChecks))
  })

  it('answers HEAD without a byte, whatever length it names', async () => {
    const { asked, open } = start()
    const all = [open({ method: 'HEAD' }), open({ method: 'HEAD' })]
    asked[0]?.answer(found(5_000_000))
    for (const result of await Promise.all(all)) assert.equal((await bytesOf(result)).length, 0)
  })

  it('gives a large body to one, and the others one of their own', async () => {
    const { asked, open } = start()
    const leaves = new Cancellation()
    const record = new RequestRecord()
    const all = [open({ signal: leaves }, record), open()]
    const large = found(65 * 1024)
    asked[0]?.answer(large)
    const first = await (all[0] as Promise<ObjectResult>)
    assert.ok(first.kind === 'found' && first.body === large.body)
    assert.equal(asked[0]?.record, record)
    await new Promise(setImmediate)
    assert.equal(asked.length, 2)
    asked[1]?.answer(found(65 * 1024))
    assert.equal((await (all[1] as Promise<ObjectResult>)).kind, 'found')
    assert.equal(asked[0]?.request.signal.aborted, false)
    leaves.abort()
    assert.equal(asked[0]?.request.signal.aborted, true)
  })

  it('gives up at S3 when the last of them has left, not before', async () => {
    const { asked, open } = start()
    const leaves = [new Cancellation(), new Cancellation()]
    const all = leaves.map((signal) => assert.rejects(open({ signal }), /given up/))
    leaves[0]?.abort()
    assert.equal(asked[0]?.request.signal.aborted, false)
    leaves[1]?.abort()
    assert.equal(asked[0]?.request.signal.aborted, true)
    void open()
    assert.equal(asked.length, 2)
    asked[0]?.fail(new Error('given up'))
    await Promise.all(all)
  })

  it('fails for all when it fails', async () => {
    const { asked, open } = start()
    const all = [open(), open()].map((one) => assert.rejects(one, /broken/))
    asked[0]?.fail(new Error('broken'))
    await Promise.all(all)
  })

  it('reads an object anew that is replaced while it is read, once', async () => {
    const replaced = () => new S3ProxyError('OBJECT_REPLACED', 'replaced')
    const { asked, open } = start()
    const one = open()
    const first = found(1000)
    asked[0]?.answer(first)
    first.body.feed(400)
    first.body.fail(replaced())
    await untilTrue('the second read', () => asked.length === 2)
    const second = found(10)
    asked[1]?.answer(second)
    second.body.feed()
    assert.ok((await bytesOf(await one)).equals(Buffer.from(patternBytes(0, 10))))

    const another = open()
    asked[2]?.fail(replaced())
    await untilTrue('its second read', () => asked.length === 4)
    asked[3]?.fail(replaced())
    await assert.rejects(another, { code: 'S3_BAD_ANSWER' })
  })
})
