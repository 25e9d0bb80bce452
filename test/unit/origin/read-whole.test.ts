import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import { readWhole } from '../../../src/origin/read-whole.ts'

describe('readWhole', () => {
  function sourceOf(pieces: (string | Error)[]): ByteSource & { isCancelled: boolean } {
    return {
      isCancelled: false,
      async read() {
        const piece = pieces.shift()
        if (piece instanceof Error) throw piece
        return piece === undefined ? null : Buffer.from(piece, 'latin1')
      },
      cancel() {
        this.isCancelled = true
      },
    }
  }

  it('reads to the end', async () => {
    assert.equal(String(await readWhole(sourceOf(['<Er', 'ror>']), 7, 1000)), '<Error>')
  })

  it('gives up what is too large, and says that a body broke', async () => {
    const large = sourceOf(Array.from({ length: 100 }, () => 'x'.repeat(1024)))
    assert.equal(await readWhole(large, 64 * 1024, 1000), undefined)
    assert.equal(large.isCancelled, true)
    const broken = sourceOf(['<Er', new Error('cut')])
    await assert.rejects(readWhole(broken, 1024, 1000), /cut/)
    assert.equal(broken.isCancelled, true)
  })

  it('copies what it was lent', async () => {
    const lent = Buffer.from('a')
    const pieces = ['a', 'b']
    const source = {
      async read() {
        const piece = pieces.shift()
        if (piece === undefined) return null
        lent.write(piece)
        return lent
      },
      cancel() {},
    }
    assert.equal(String(await readWhole(source, 10, 1000)), 'ab')
  })

  it('gives up what takes too long', async () => {
    let fail = (_error: Error): void => {}
    const silent = {
      read: () =>
        new Promise<null>((_resolve, reject) => {
          fail = reject
        }),
      cancel: () => fail(new Error('given up')),
    }
    await assert.rejects(readWhole(silent, 1000, 20), /given up/)
  })
})
