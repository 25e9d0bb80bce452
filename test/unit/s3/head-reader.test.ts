import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeadReader } from '../../../src/s3/head-reader.ts'

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'

/** Feeds the pieces one after the other, each in the same memory as the one before. */
function feed(reader: HeadReader, ...pieces: string[]) {
  const memory = Buffer.alloc(100_000)
  let read = null
  for (const piece of pieces) read = reader.receive(memory.subarray(0, memory.write(piece, 'latin1')), 'GET')
  return read
}

describe('HeadReader', () => {
  it('reads a head that comes at once, and tells what stands behind it', () => {
    const reader = new HeadReader()
    reader.begin()
    assert.equal(feed(reader, `${head}bytes`)?.headers.get('content-length'), '4')
    assert.equal(String(reader.rest), 'bytes')
  })

  it('reads a head that is cut anywhere', () => {
    for (let cut = 1; cut < head.length; cut++) {
      const reader = new HeadReader()
      reader.begin()
      assert.equal(feed(reader, head.slice(0, cut)), null)
      assert.equal(reader.isUntouched, false)
      assert.equal(feed(reader, `${head.slice(cut)}rest`)?.status, 200)
      assert.equal(String(reader.rest), 'rest')
    }
  })

  it('reads a head byte by byte, and another one after it', () => {
    const reader = new HeadReader()
    for (let answers = 0; answers < 2; answers++) {
      reader.begin()
      assert.equal(reader.isUntouched, true)
      assert.equal(feed(reader, ...head)?.status, 200)
      assert.equal(reader.rest.length, 0)
    }
  })

  it('passes over interim answers, and remembers that one came', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n'
    const reader = new HeadReader()
    reader.begin()
    assert.equal(feed(reader, interim), null)
    assert.equal(reader.isUntouched, false)
    assert.equal(feed(reader, interim + head)?.status, 200)
    reader.begin()
    assert.equal(reader.isUntouched, true)
  })

  for (const [what, text] of [
    ['too large', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`],
    ['too large and not complete', 'x'.repeat(40_000)],
    ['of another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['an interim one too many', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(101)],
    ['no head', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ] as const) {
    it(`refuses a head that is ${what}`, () => {
      const reader = new HeadReader()
      reader.begin()
      assert.throws(() => feed(reader, text), { failure: 'garbage' })
    })
  }
})
