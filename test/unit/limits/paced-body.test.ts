import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import { ByteBudget } from '../../../src/limits/byte-budget.ts'
import { PacedBody } from '../../../src/limits/paced-body.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'
import { createHandFedBody, patternBytes } from '../../helpers/origin/hand-fed-bodies.ts'

describe('PacedBody', () => {
  it('gives each byte once and in order, whatever the pieces and the pace', async (t) => {
    const { body, read, pass } = start(t, 100_000)
    const gone = new Cancellation()
    const paced = new PacedBody(body, new ByteBudget(10_000, Date.now), gone)
    for (const sizeBytes of [1, 9_999, 0, 50_000, 17]) body.feed(sizeBytes)
    body.feed()
    const bytes = await pass(read(paced))
    assert.deepEqual(bytes, Buffer.from(patternBytes(0, 100_000)))
  })

  it('passes a small piece on as it is, in the same turn', (t) => {
    start(t, 0)
    const piece = Buffer.from('hello')
    const body: ByteSource = { read: () => piece, cancel() {} }
    const paced = new PacedBody(body, new ByteBudget(10_000, Date.now), new Cancellation())
    const read = paced.read()
    assert.ok(read instanceof Uint8Array)
    assert.equal(read.buffer, piece.buffer)
    assert.equal(read.byteLength, 5)
  })

  it('asks for the next piece only when the last slice has been taken', async (t) => {
    const { pass } = start(t, 0)
    let reads = 0
    const body: ByteSource = {
      read() {
        reads++
        return Buffer.alloc(20_000)
      },
      cancel() {},
    }
    const paced = new PacedBody(body, new ByteBudget(10_000, Date.now), new Cancellation())
    for (let left = 20_000; left > 0; ) {
      left -= (await pass(Promise.resolve(paced.read())))?.byteLength ?? 0
      assert.equal(reads, 1)
    }
    await pass(Promise.resolve(paced.read()))
    assert.equal(reads, 2)
  })

  it('ends a wait when its reader leaves, cancels the body, and leaves the bytes to others', async (t) => {
    const { body, pass } = start(t, 100_000)
    const budget = new ByteBudget(10_000, Date.now)
    const gone = new Cancellation()
    const paced = new PacedBody(body, budget, gone)
    body.feed()
    assert.equal((await paced.read())?.byteLength, 10_000)
    const waiting = paced.read()
    gone.abort()
    await assert.rejects(async () => waiting)
    assert.equal(body.isCancelled, true)
    paced.cancel()
    const other = new PacedBody(createFull(4000), budget, new Cancellation())
    const before = Date.now()
    assert.equal((await pass(Promise.resolve(other.read())))?.byteLength, 4000)
    assert.ok(Date.now() - before <= 410, 'nobody stands in line before it')
  })

  it('passes on that the body broke off', async (t) => {
    const { body } = start(t, 100)
    const paced = new PacedBody(body, new ByteBudget(10_000, Date.now), new Cancellation())
    const read = paced.read()
    body.fail(new Error('broken'))
    await assert.rejects(async () => read, /broken/)
  })
})

function createFull(sizeBytes: number): ByteSource {
  return { read: () => Buffer.alloc(sizeBytes), cancel() {} }
}

function start(t: TestContext, sizeBytes: number) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  return {
    body: createHandFedBody(0, sizeBytes),
    async read(source: ByteSource): Promise<Buffer> {
      const pieces: Buffer[] = []
      for (let piece = await source.read(); piece !== null; piece = await source.read())
        pieces.push(Buffer.from(piece))
      return Buffer.concat(pieces)
    },
    /** Lets time pass until work is done. */
    async pass<T>(work: Promise<T>): Promise<T> {
      let isDone = false
      const end = () => {
        isDone = true
      }
      work.then(end, end)
      for (let turns = 0; turns < 10_000 && !isDone; turns++) {
        await Promise.resolve()
        t.mock.timers.tick(10)
      }
      assert.ok(isDone, 'it never ends')
      return work
    },
  }
}
