import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { relayBody } from '../../../src/http/relay.ts'
import { createTlsSteps } from '../../../src/server/tls-write-steps.ts'

const mebibyte = 1 << 20

/** A body of one piece. */
function pieceOf(sizeBytes: number) {
  const pieces: (Uint8Array | null)[] = [Buffer.alloc(sizeBytes, 'x'), null]
  return { read: () => pieces.shift() ?? null, cancel() {} }
}

describe('createTlsSteps', () => {
  it('lets few readers have large steps, and a thousand who take nothing hold 12 MiB together', () => {
    const steps = createTlsSteps()
    const held = Array.from({ length: 1000 }, () => steps.begin(mebibyte))
    assert.equal(held[0], 256 * 1024)
    assert.equal(held[16], 16 * 1024)
    assert.equal(held.at(-1), 8 * 1024)
    assert.ok(held.reduce((sum, bytes) => sum + bytes) < 12 * mebibyte)
    for (const bytes of held) steps.end(bytes)
    assert.equal(steps.begin(mebibyte), 256 * 1024)
  })

  it('never steps beyond the end of a piece', () => {
    assert.equal(createTlsSteps().begin(10), 10)
  })

  it('has a reader who takes nothing hold one step of a piece, and gives the rest when it goes on', async () => {
    const steps = createTlsSteps()
    const busy = Array.from({ length: 20 }, () => steps.begin(mebibyte))
    const written: number[] = []
    let takeOne = () => {}
    const reader = new Writable({
      highWaterMark: 1,
      write(bytes: Buffer, _encoding, done) {
        written.push(bytes.length)
        takeOne = done
      },
    })
    let sentBytes = 0
    const sending = relayBody(pieceOf(40_000), reader, (bytes) => (sentBytes += bytes), steps)
    await new Promise(setImmediate)
    assert.deepEqual([written, sentBytes], [[16_384], 0])
    for (const bytes of busy) steps.end(bytes)
    takeOne()
    await new Promise(setImmediate)
    assert.deepEqual([written, sentBytes], [[16_384, 23_616], 16_384])
    takeOne()
    await sending
    assert.equal(sentBytes, 40_000)
    assert.equal(steps.begin(mebibyte), 256 * 1024, 'nothing is counted any more')
  })

  it('counts nothing for a reader who has left', async () => {
    const steps = createTlsSteps()
    for (let index = 0; index < 200; index++) {
      const reader = new Writable({ write() {} })
      const sending = relayBody(pieceOf(mebibyte), reader, () => {}, steps)
      setImmediate(() => reader.destroy())
      await assert.rejects(sending, { name: 'DestinationClosed' })
    }
    assert.equal(steps.begin(mebibyte), 256 * 1024)
  })
})
