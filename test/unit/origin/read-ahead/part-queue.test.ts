import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { createPartPlan } from '../../../../src/origin/read-ahead/part-plan.ts'
import { createPartQueue, type PartQueue } from '../../../../src/origin/read-ahead/part-queue.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import {
  createHandFedBodies,
  type HandFedBody,
  patternBytes,
} from '../../../helpers/origin/hand-fed-bodies.ts'
import { createOwnReadAhead } from '../../../helpers/origin/read-ahead.ts'

describe('createPartQueue', () => {
  it('hands parts on in order, in whatever order they arrive', async (t) => {
    const { queue, opened, memory } = await start(t)
    assert.deepEqual(opened.map(rangeOf), ['50-150', '150-300'])
    opened[1]?.feed()
    await turn()
    const first = queue.read()
    let isThere = false
    void Promise.resolve(first).then(() => {
      isThere = true
    })
    await turn()
    assert.equal(isThere, false)
    opened[0]?.feed()
    const pieces = [Buffer.from((await first) ?? '')]
    await readAll(queue, pieces, opened)
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(patternBytes(50, 950))))
    assert.equal(memory.takenBytes, 0)
  })

  it('asks for as many parts at a time as there are connections, the stream before them counted', async (t) => {
    const { queue, record, opened } = await start(t)
    assert.equal(opened.length, 2)
    queue.leadEnded()
    await turn()
    assert.equal(opened.length, 3)
    opened[1]?.feed()
    await turn()
    assert.equal(opened.length, 4)
    assert.equal(record.parts, 4)
  })

  it('asks for no more than its window while the reader takes nothing', async (t) => {
    const { queue, opened, memory } = await start(t)
    queue.leadEnded()
    for (let rounds = 0; rounds < 20; rounds++) {
      for (const body of opened) body.feed()
      await turn()
    }
    const last = opened.at(-1)
    assert.equal(last?.endByte, 600)
    assert.equal(memory.takenBytes, 600)
    await queue.read()
    await turn()
    assert.equal(opened.at(-1)?.endByte, 750)
  })

  it('hands on what came before a failure, then the failure, and asks for no more', async (t) => {
    const { queue, opened, memory } = await start(t)
    queue.leadEnded()
    await turn()
    opened[0]?.feed()
    opened[1]?.feed(20)
    opened[1]?.fail(new Error('broken'))
    await turn()
    const asked = opened.length
    let bytes = 0
    await assert.rejects(
      async () => {
        for (;;) bytes += (await queue.read())?.byteLength ?? Number.NaN
      },
      { message: 'broken' },
    )
    assert.equal(bytes, 120)
    assert.equal(opened.length, asked)
    queue.cancel()
    assert.equal(memory.takenBytes, 0)
    assert.ok(opened.slice(1).every(({ isCancelled }) => isCancelled))
  })

  it('ends before the plan is done when too little is read in time, with what was asked for', async (t) => {
    const { queue, opened, memory } = await start(t, { leastBytesPerSecond: 100_000 })
    queue.leadEnded()
    await sleep(50)
    const asked = opened.length
    const pieces: Buffer[] = []
    await readAll(queue, pieces, opened)
    assert.equal(opened.length, asked)
    const end = opened.at(-1)?.endByte ?? 0
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(patternBytes(50, end - 50))))
    assert.ok(end < 1000)
    assert.equal(memory.takenBytes, 0)
  })

  it('stays empty where nothing is spare', async (t) => {
    const { queue, opened } = await start(t, { memoryBytes: 0 })
    assert.equal(queue.isEmpty, true)
    assert.equal(await queue.read(), null)
    assert.equal(opened.length, 0)
  })

  it('is over at once when it is cancelled', async (t) => {
    const { queue, opened, memory, blocks } = await start(t)
    opened[1]?.feed(120)
    await turn()
    const reading = assert.rejects(async () => queue.read())
    queue.cancel()
    assert.equal(memory.takenBytes, 0)
    assert.equal(blocks.lentBytes, 0)
    await reading
    assert.equal(await queue.read(), null)
    assert.ok(opened.every(({ isCancelled }) => isCancelled))
  })

  it('keeps nothing but the piece in hand when it is abandoned, and counts what is dropped', async (t) => {
    const { queue, record, opened, memory } = await start(t)
    opened[0]?.feed()
    opened[1]?.feed(120)
    await turn()
    const held = (await queue.read()) as Uint8Array
    queue.abandon()
    assert.equal(memory.takenBytes, 150)
    assert.deepEqual(Buffer.from(held), Buffer.from(patternBytes(50, 100)))
    assert.equal(record.askedTwiceBytes, 120)
    assert.equal(await queue.read(), null)
    assert.equal(memory.takenBytes, 0)
  })
})

/** Starts a queue for bytes 50 to 1000 over 3 connections, with parts and blocks of 150 bytes and a window of 600. */
async function start(
  t: TestContext,
  {
    memoryBytes = 10_000,
    leastBytesPerSecond = 1,
  }: { memoryBytes?: number; leastBytesPerSecond?: number } = {},
) {
  const { opened, open } = createHandFedBodies()
  const ahead = createOwnReadAhead({
    ...{ connections: 3, thresholdBytes: 0, partBytes: 150, memoryBytes, maxConnections: 100 },
    ...{ poolUsage: () => ({ open: 0, idle: 0, waiting: 0 }), clockMs: () => 0, watchLoad: () => () => 0 },
  })
  const plan = createPartPlan({ firstByte: 0, endByte: 1000, partBytes: 150, connections: 3, unitBytes: 50 })
  plan.next()
  const record = new RequestRecord()
  const options = { plan, firstByte: 50, readAhead: ahead, record, open, leastBytesPerSecond }
  const queue = createPartQueue(options)
  t.after(() => queue.cancel())
  await turn()
  return { queue, record, opened, memory: ahead.memory, blocks: ahead.blocks }
}

async function readAll(queue: PartQueue, pieces: Buffer[], opened: HandFedBody[]): Promise<void> {
  queue.leadEnded()
  for (;;) {
    const reading = queue.read()
    await turn()
    for (const body of opened) body.feed()
    const piece = await reading
    if (piece === null) return
    pieces.push(Buffer.from(piece))
  }
}

function rangeOf({ firstByte, endByte }: HandFedBody): string {
  return `${firstByte}-${endByte}`
}
