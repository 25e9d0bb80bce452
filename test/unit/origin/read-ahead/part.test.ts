import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createPart, memoryOfPart, type Part } from '../../../../src/origin/read-ahead/part.ts'
import {
  createHandFedBodies,
  type HandFedBody,
  patternBytes,
} from '../../../helpers/origin/hand-fed-bodies.ts'
import { createOwnReadAhead } from '../../../helpers/origin/read-ahead.ts'

const blockBytes = 100

describe('createPart', () => {
  it('fetches without a reader, and hands its bytes on in blocks', async () => {
    const { part, body, arrivals } = await start(50, 300)
    for (const sizeBytes of [30, 150, 70]) body.feed(sizeBytes)
    await turn()
    assert.equal(part.isArriving, false)
    assert.deepEqual(arrivals, [true])
    for (const [at, sizeBytes] of [
      [50, 100],
      [150, 100],
      [250, 50],
    ] as const)
      assert.deepEqual(Buffer.from((await part.read()) ?? ''), Buffer.from(patternBytes(at, sizeBytes)))
    assert.equal(await part.read(), null)
  })

  it('hands on what is there to a reader that waits, and keeps it unchanged until the next read', async () => {
    const { part, body } = await start(0, 250)
    const reading = part.read()
    body.feed(30)
    const first = (await reading) as Uint8Array
    body.feed(60)
    await turn()
    assert.deepEqual(Buffer.from(first), Buffer.from(patternBytes(0, 30)))
    const second = part.read() as Uint8Array
    assert.deepEqual(Buffer.from(second), Buffer.from(patternBytes(30, 60)))
    body.feed()
    await turn()
    assert.deepEqual(Buffer.from(second), Buffer.from(patternBytes(30, 60)))
    assert.deepEqual(Buffer.from(part.read() as Uint8Array), Buffer.from(patternBytes(90, 10)))
    assert.deepEqual(Buffer.from(part.read() as Uint8Array), Buffer.from(patternBytes(100, 100)))
  })

  it('gives its memory back as the reader takes the bytes, to the last', async () => {
    const { part, body, memory, blocks } = await start(0, 250)
    assert.equal(memory.takenBytes, 300)
    body.feed()
    await turn()
    await part.read()
    assert.equal(memory.takenBytes, 300)
    await part.read()
    assert.equal(memory.takenBytes, 200)
    await part.read()
    await part.read()
    assert.equal(memory.takenBytes, 0)
    assert.equal(blocks.lentBytes, 0)
    part.cancel()
    assert.equal(memory.takenBytes, 0)
  })

  it('hands on what came before a failure, then the failure', async () => {
    const { part, body, memory, arrivals } = await start(0, 250)
    body.feed(120)
    body.fail(new Error('broken'))
    await turn()
    assert.deepEqual(arrivals, [false])
    assert.equal(body.isCancelled, true)
    assert.equal((part.read() as Uint8Array).byteLength, 100)
    assert.equal((part.read() as Uint8Array).byteLength, 20)
    await assert.rejects(async () => part.read(), { message: 'broken' })
    assert.equal(memory.takenBytes, 0)
  })

  it('fails when its body is shorter or longer than asked for', async () => {
    for (const wrong of [-1, 1]) {
      const { part, body } = await start(0, 100, wrong)
      body.feed()
      await turn()
      await assert.rejects(async () => {
        while ((await part.read()) !== null);
      }, /another length|longer/)
    }
  })

  it('gives everything up at once when cancelled, also while it is being opened or read', async () => {
    for (const when of ['opening', 'waiting', 'filled'] as const) {
      const { part, body, memory, blocks, arrivals, ended } = await start(0, 250, 0, when !== 'opening')
      const reading = when === 'filled' ? undefined : assert.rejects(async () => part.read())
      if (when === 'filled') body.feed(120)
      await (when === 'filled' ? turn() : undefined)
      part.cancel()
      part.cancel()
      assert.equal(memory.takenBytes, 0)
      assert.equal(blocks.lentBytes, 0)
      assert.equal(ended(), 1)
      assert.deepEqual(arrivals, [false])
      await reading
      await turn()
      assert.equal(body.isCancelled, true)
      assert.equal(memory.takenBytes, 0)
    }
  })

  it('keeps the piece that the reader holds when it is abandoned', async () => {
    const { part, body, memory } = await start(0, 250)
    body.feed(220)
    await turn()
    const held = part.read() as Uint8Array
    assert.equal(part.abandon(), 120)
    assert.equal(memory.takenBytes, blockBytes)
    assert.deepEqual(Buffer.from(held), Buffer.from(patternBytes(0, 100)))
    part.cancel()
    assert.equal(memory.takenBytes, 0)
  })
})

async function start(firstByte: number, endByte: number, wrongBytes = 0, isOpened = true) {
  const bodies = createHandFedBodies()
  let ended = 0
  const ahead = createOwnReadAhead({
    ...{ connections: 4, thresholdBytes: 0, partBytes: blockBytes, memoryBytes: 1000, maxConnections: 8 },
    ...{ poolUsage: () => ({ open: 0, idle: 0, waiting: 0 }), clockMs: () => 0, watchLoad: () => () => 0 },
  })
  const readAhead = {
    ...ahead,
    end() {
      ended++
      ahead.end()
    },
  }
  const arrivals: boolean[] = []
  assert.equal(readAhead.begin(memoryOfPart(endByte - firstByte, readAhead)), true)
  const part: Part = createPart({
    ...{ firstByte, endByte, readAhead },
    open: (first, last) => bodies.open(first, last + wrongBytes),
    onArrived: (isWhole) => arrivals.push(isWhole),
  })
  if (isOpened) await turn()
  const body = bodies.opened[0] as HandFedBody
  return { part, body, arrivals, memory: ahead.memory, blocks: ahead.blocks, ended: () => ended }
}
