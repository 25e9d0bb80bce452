import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { DestinationClosed, relayBody } from '../../../src/http/relay.ts'

describe('relayBody', { timeout: 60_000 }, () => {
  it('writes every byte, tells the size of each piece, and leaves the destination open', async () => {
    const { source, state } = sourceOf('ab', 'cde')
    const { destination, written } = sink()
    const sizes: number[] = []
    await relayBody(source, destination, (sizeBytes) => sizes.push(sizeBytes))
    assert.deepEqual([written(), sizes, destination.writableEnded], ['abcde', [2, 3], false])
    assert.equal(state.isCancelled, false)
  })

  it('gives the source up when the destination closes', async () => {
    const { source, state } = sourceOf('ab', 'cde')
    const { destination } = sink()
    const relayed = relayBody(source, destination, () => destination.destroy())
    await assert.rejects(relayed, DestinationClosed)
    assert.equal(state.isCancelled, true)
  })

  it('gives the source up when it breaks, and says why', async () => {
    const { source, state } = sourceOf('ab', new Error('broken'))
    const { destination, written } = sink()
    await assert.rejects(
      relayBody(source, destination, () => {}),
      /^Error: broken$/,
    )
    assert.deepEqual([written(), state.isCancelled], ['ab', true])
  })
})

function sourceOf(...pieces: (string | Error)[]) {
  const left = [...pieces]
  const state = { isCancelled: false }
  const source = {
    async read() {
      const piece = left.shift()
      if (piece instanceof Error) throw piece
      return piece === undefined ? null : Buffer.from(piece)
    },
    cancel() {
      state.isCancelled = true
    },
  }
  return { source, state }
}

function sink() {
  const pieces: Buffer[] = []
  const destination = new Writable({
    write(piece, _encoding, done) {
      pieces.push(Buffer.from(piece))
      done()
    },
  })
  return { destination, written: () => Buffer.concat(pieces).toString() }
}
