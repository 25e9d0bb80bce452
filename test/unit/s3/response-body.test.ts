import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createBlockPool } from '../../../src/s3/block-pool.ts'
import { type BodyOptions, ResponseBody } from '../../../src/s3/response-body.ts'
import { TransportError } from '../../../src/s3/transport-error.ts'
import { createRandom } from '../../helpers/random.ts'

const large = 512 * 1024

function createBody(sizeBytes: number, options: Partial<BodyOptions> = {}) {
  const calls: string[] = []
  const blocks = createBlockPool()
  const body = new ResponseBody(
    { resume: () => calls.push('resume'), close: () => calls.push('close') },
    { framing: { kind: 'length', sizeBytes }, blocks, stallTimeoutMs: 10_000, gathers: false, ...options },
  )
  /** Reads as the connection does: bytes that do not fit into the read buffer are not read. */
  const arrive = (text: string | Buffer) => {
    const bytes = Buffer.from(text)
    const { readBuffer } = body
    if (readBuffer === null) return body.accept(bytes)
    return body.accept(readBuffer.subarray(0, bytes.copy(readBuffer)))
  }
  return { body, blocks, calls, arrive }
}

describe('ResponseBody', () => {
  it('hands out what is there at once, and null at the end', () => {
    const { body, arrive } = createBody(5)
    assert.equal(arrive('hello'), 5)
    assert.equal(Buffer.from(body.read() as Uint8Array).toString(), 'hello')
    assert.equal(body.read(), null)
  })

  it('takes no more than its length', async () => {
    const { body, arrive } = createBody(3)
    assert.equal(arrive('abcdef'), 3)
    assert.equal(body.isComplete, true)
    assert.equal(Buffer.from((await body.read()) as Uint8Array).toString(), 'abc')
  })

  it('waits for bytes, and for a failure after them', async () => {
    const { body, arrive } = createBody(10)
    const piece = body.read()
    arrive('abc')
    assert.equal(Buffer.from((await piece) as Uint8Array).toString(), 'abc')
    arrive('def')
    body.end(new TransportError('cut', 'gone'))
    assert.equal(Buffer.from((await body.read()) as Uint8Array).toString(), 'def')
    await assert.rejects(async () => body.read(), { failure: 'cut' })
  })

  it('ends cleanly at the end of the connection only where nothing else delimits it', async () => {
    const open = createBody(0, { framing: { kind: 'until-close' } })
    assert.equal(open.body.mayEndByClose, true)
    open.arrive('abc')
    open.body.end(null)
    assert.equal(Buffer.from((await open.body.read()) as Uint8Array).toString(), 'abc')
    assert.equal(await open.body.read(), null)
    assert.equal(createBody(3).body.mayEndByClose, false)
    assert.equal(createBody(0, { framing: { kind: 'chunked' } }).body.mayEndByClose, false)
  })

  it('lends a block of its own for a large body, and pauses while the reader has it', async () => {
    const { body, blocks, arrive } = createBody(2 * large)
    const { readBuffer } = body
    assert.equal(readBuffer?.length, large)
    arrive(Buffer.alloc(large, 1))
    assert.equal(body.isPaused, true)
    const piece = (await body.read()) as Uint8Array
    assert.equal(piece.buffer, readBuffer?.buffer)
    assert.equal(blocks.lentBytes, large)
    body.cancel()
    assert.equal(blocks.lentBytes, 0)
  })

  it('resumes only when the reader is done with the block that would be read into', async () => {
    const { body, calls, arrive } = createBody(2 * large)
    arrive(Buffer.alloc(1000, 1))
    await body.read()
    assert.deepEqual(calls, [])
    const next = body.read()
    assert.deepEqual(calls, ['resume'])
    arrive('def')
    assert.equal(Buffer.from((await next) as Uint8Array).toString(), 'def')
  })

  it('stays paused until it resumes, though TLS hands out records that follow a full block', async () => {
    const { body, calls, arrive } = createBody(4 * large, { gathers: true })
    const first = body.read()
    arrive(Buffer.alloc(large, 1))
    // The reader has the full block. There is room again, but the socket has stopped reading.
    assert.equal(body.isPaused, true)
    arrive(Buffer.alloc(16_384, 2))
    assert.equal(body.isPaused, true)
    await first
    assert.equal(((await body.read()) as Uint8Array).length, 16_384)
    assert.deepEqual(calls, ['resume'])
    assert.equal(body.isPaused, false)
    body.cancel()
  })

  it('resumes when its end arrives while it is paused, for the next exchange of the connection', () => {
    const { body, calls, arrive } = createBody(large + 1000, { gathers: true })
    arrive(Buffer.alloc(large, 1))
    assert.equal(body.isPaused, true)
    arrive(Buffer.alloc(1000, 2))
    assert.equal(body.isComplete, true)
    assert.deepEqual(calls, ['resume'])
    assert.equal(body.isPaused, false)
    body.cancel()
  })

  it('does not count the time of a reader that does not read as a stall', async () => {
    const { body, calls, arrive } = createBody(2 * large, { stallTimeoutMs: 20 })
    arrive('abc')
    await body.read()
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.deepEqual(calls, [])
    await assert.rejects(async () => body.read(), { failure: 'stalled' })
    assert.deepEqual(calls, ['resume', 'close'])
  })

  it('abandons the connection and leaves the piece that the reader holds alone', async () => {
    const { body, blocks, calls, arrive } = createBody(2 * large)
    arrive('abc')
    const piece = (await body.read()) as Uint8Array
    assert.equal(body.abandon(), 0)
    const other = blocks.take()
    other.fill(0)
    assert.equal(Buffer.from(piece).toString(), 'abc')
    assert.deepEqual(calls, ['close'])
    blocks.give(other)
    body.cancel()
    body.cancel()
    assert.equal(blocks.lentBytes, 0)
    assert.deepEqual(calls, ['close'])
  })

  it('says how many bytes it dropped, and does not abandon what has arrived whole', async () => {
    const gathering = createBody(3 * large, { gathers: true })
    gathering.arrive('abc')
    await gathering.body.read()
    gathering.arrive('defgh')
    assert.equal(gathering.body.abandon(), 5)
    gathering.body.cancel()
    assert.equal(gathering.blocks.lentBytes, 0)

    const whole = createBody(100_000, { gathers: true })
    whole.arrive('abc')
    await whole.body.read()
    whole.arrive(Buffer.alloc(99_997, 1))
    assert.equal(whole.body.abandon(), undefined)
    assert.equal(((await whole.body.read()) as Uint8Array).length, 99_997)
    assert.equal(await whole.body.read(), null)
    assert.equal(whole.blocks.lentBytes, 0)
  })

  it('never ends cleanly once it was cancelled, whatever had arrived', async () => {
    const { body, arrive } = createBody(5)
    arrive('hello')
    body.cancel()
    await assert.rejects(async () => body.read(), { failure: 'cancelled' })
  })

  it('rejects a read under way when it is cancelled', async () => {
    const { body, blocks } = createBody(2 * large)
    const waiting = assert.rejects(async () => body.read(), { failure: 'cancelled' })
    body.cancel()
    await waiting
    assert.equal(blocks.lentBytes, 0)
  })

  it('keeps its accounts when a block is too small for what arrives', async () => {
    const blocks = createBlockPool({
      ...{ largeBytes: 1000, smallBytes: 100, tinyBytes: 50 },
      ...{ budgetBytes: 0, keptBytes: 0 },
    })
    const { body, arrive } = createBody(200_000, { gathers: true, blocks })
    arrive(Buffer.alloc(500, 1))
    assert.equal(((await body.read()) as Uint8Array).length, 500)
    body.cancel()
    assert.equal(blocks.lentBytes, 0)
  })

  it('passes every byte on in order, for any sizes, pieces and paces, and gives every block back', async () => {
    const random = createRandom()
    for (let round = 0; round < 300; round++) {
      const gathers = random.chance(0.5)
      const isChunked = random.chance(0.2)
      const sizeBytes = 1 + random.below(random.pick([10, 70_000, 200_000, 1_200_000]))
      const content = Buffer.alloc(sizeBytes)
      for (let at = 0; at + 4 <= sizeBytes; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at)
      const wire = isChunked
        ? Buffer.concat([Buffer.from(`${sizeBytes.toString(16)}\r\n`), content, Buffer.from('\r\n0\r\n\r\n')])
        : content
      const { body, blocks, arrive, calls } = createBody(sizeBytes, {
        gathers,
        ...(isChunked ? { framing: { kind: 'chunked' } } : {}),
      })
      // Larger pieces for larger bodies keep the number of steps small.
      const maxPiece = Math.ceil(sizeBytes / 20_000) + random.below(random.pick([5000, 65_536]))
      const received: Buffer[] = []
      let sent = 0
      let isOver = false
      let pending: Promise<void> | undefined
      const take = (piece: Uint8Array | null) => {
        pending = undefined
        if (piece === null) isOver = true
        else received.push(Buffer.from(piece))
      }
      let isPaused = false
      for (let step = 0; step < 200_000 && !isOver; step++) {
        if (calls.pop() === 'resume') isPaused = false
        if (sent < wire.length && !isPaused && random.chance(0.7)) {
          const piece = wire.subarray(sent, sent + 1 + random.below(maxPiece))
          sent += arrive(piece)
          isPaused = body.isPaused
        } else if (pending === undefined) {
          const piece = body.read()
          if (piece instanceof Promise) pending = piece.then(take)
          else take(piece)
        } else await new Promise((resolve) => setImmediate(resolve))
      }
      const what = `round ${round}, seed ${random.seed}`
      assert.equal(isOver, true, what)
      assert.equal(Buffer.concat(received).equals(content), true, what)
      assert.equal(blocks.lentBytes, 0, what)
    }
  })
})
