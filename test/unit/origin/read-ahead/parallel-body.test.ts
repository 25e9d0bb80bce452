import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { S3ProxyError } from '../../../../src/errors.ts'
import { createParallelBody } from '../../../../src/origin/read-ahead/parallel-body.ts'
import { AttemptError } from '../../../../src/s3/attempt-error.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { untilTrue } from '../../../helpers/eventually.ts'
import {
  createHandFedBodies,
  createHandFedBody,
  patternBytes,
} from '../../../helpers/origin/hand-fed-bodies.ts'
import { createOwnReadAhead } from '../../../helpers/origin/read-ahead.ts'

const endByte = 2000

describe('createParallelBody', () => {
  it('stays with its stream while the reader is the slow one', async () => {
    const { body, record, stream, opened, clock, read } = start()
    for (let at = 0; at < endByte; at += 100) {
      clock.ms += 2000
      stream.feed(100)
      await read()
    }
    assert.equal(await body.read(), null)
    assert.equal(opened.length, 0)
    assert.equal(record.parts, 0)
  })

  it('leaves its stream at a boundary near by, and hands on parts without a gap', async () => {
    const { record, stream, opened, memory, readSlowly, drain, pieces } = start()
    await readSlowly(2)
    // Bytes 0 to 200 are read. The stream goes on to 600, and the parts behind it are asked for.
    assert.deepEqual(
      opened.map((part) => part.firstByte),
      [600, 1000, 1400],
    )
    stream.feed()
    await drain()
    assert.equal(stream.isCancelled, true)
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(patternBytes(0, endByte))))
    assert.equal(memory.takenBytes, 0)
    assert.equal(record.parts, opened.length)
    assert.equal(record.healed, 0)
  })

  it('stays with its stream where the rest is hardly worth it', async () => {
    const { opened, readSlowly } = start(900)
    await readSlowly(6)
    assert.equal(opened.length, 0)
  })

  it('goes on over one connection when a part fails that another attempt may bring', async () => {
    const { record, stream, opened, retries, memory, readSlowly, drain, pieces } = start()
    await readSlowly(2)
    stream.feed()
    opened[0]?.feed(70)
    opened[0]?.fail(new AttemptError('S3_SLOW_DOWN', 'too many', true))
    await drain()
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(patternBytes(0, endByte))))
    assert.deepEqual([opened.at(-1)?.firstByte, opened.at(-1)?.endByte], [670, endByte])
    assert.deepEqual(retries, ['S3_SLOW_DOWN'])
    assert.equal(record.healed, 1)
    assert.equal(memory.takenBytes, 0)
  })

  it('fails when a part says that the version is gone, after the bytes before it', async () => {
    const { body, stream, opened, memory, readSlowly, drain, pieces } = start()
    await readSlowly(2)
    stream.feed()
    opened[0]?.feed(70)
    opened[0]?.fail(new S3ProxyError('OBJECT_REPLACED', 'the object was replaced while it was being read'))
    await assert.rejects(drain(), { code: 'OBJECT_REPLACED' })
    body.cancel()
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(patternBytes(0, 670))))
    assert.equal(memory.takenBytes, 0)
  })

  it('fails with its stream, which has healing of its own', async () => {
    const { body, stream, opened, memory, readSlowly } = start()
    await readSlowly(2)
    stream.fail(new AttemptError('S3_TIMEOUT', 'nothing more to try', false))
    await assert.rejects(async () => body.read(), { code: 'S3_TIMEOUT' })
    body.cancel()
    assert.ok(opened.every(({ isCancelled }) => isCancelled))
    assert.equal(memory.takenBytes, 0)
  })

  it('cancels the stream and every part at once when the client leaves', async () => {
    for (const how of ['signal', 'cancel'] as const) {
      const { body, stream, opened, memory, leaves, readSlowly } = start()
      await readSlowly(2)
      const reading = assert.rejects(async () => body.read())
      if (how === 'signal') leaves.abort()
      else body.cancel()
      assert.equal(memory.takenBytes, 0)
      assert.ok(stream.isCancelled && opened.every(({ isCancelled }) => isCancelled))
      await reading
    }
  })

  it('drops what lies ahead of a reader that takes nothing, and goes on where it was', async () => {
    const { record, stream, opened, memory, readSlowly, read, drain, pieces } = start(endByte, 20)
    await readSlowly(2)
    stream.feed(400)
    await read()
    opened[0]?.feed()
    opened[1]?.feed(50)
    await turn()
    await read()
    await untilTrue('what lies ahead is dropped', () => memory.takenBytes === 400)
    assert.equal(opened[1]?.isCancelled, true)
    await drain()
    assert.ok(Buffer.concat(pieces).equals(Buffer.from(patternBytes(0, endByte))))
    assert.ok(record.askedTwiceBytes > 0)
    assert.equal(memory.takenBytes, 0)
  })
})

/** Starts a body of `end` bytes with parts of up to 400 bytes over 4 connections, judged every 100 bytes. */
function start(end = endByte, readerPatienceMs = 10_000) {
  const clock = { ms: 0 }
  const { opened, open } = createHandFedBodies()
  const readAhead = createOwnReadAhead({
    ...{ connections: 4, thresholdBytes: 0, partBytes: 400, memoryBytes: 100_000, maxConnections: 100 },
    ...{
      poolUsage: () => ({ open: 0, idle: 0, waiting: 0 }),
      clockMs: () => clock.ms,
      watchLoad: () => () => 0,
    },
  })
  const stream = createHandFedBody(0, end)
  const openRest = (firstByte: number) => {
    const rest = createHandFedBody(firstByte, end)
    opened.push(rest)
    return rest
  }
  const leaves = new AbortController()
  const retries: string[] = []
  const record = new RequestRecord()
  const body = createParallelBody(stream, { firstByte: 0, endByte: end }, record, {
    ...{ readAhead, readerPatienceMs, signal: leaves.signal, openRange: open, openRest },
    onRetry: (error) => retries.push(error.code),
  })
  const pieces: Buffer[] = []
  const keep = (piece: Uint8Array | null) => {
    if (piece !== null) pieces.push(Buffer.from(piece))
    return piece
  }
  const read = async () => keep(await body.read())
  return {
    ...{ body, record, stream, opened, clock, leaves, retries, pieces, read },
    memory: readAhead.memory,
    /** Reads pieces of 100 bytes, and waits for each. The first one only starts the clock. */
    async readSlowly(count: number) {
      for (let steps = 0; steps < count; steps++) {
        const reading = read()
        clock.ms += 1000
        stream.feed(100)
        await reading
      }
      await turn()
    },
    /** Reads to the end, while every requested byte arrives. */
    async drain() {
      for (;;) {
        const reading = read()
        reading.catch(() => {})
        await turn()
        for (const part of opened) part.feed()
        if ((await reading) === null) return
        await turn()
      }
    },
  }
}
