import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createChunkedDecoder } from '../../../src/s3/chunked-decoder.ts'

function decode(text: string, stepBytes: number): { text: string; isDone: boolean } {
  const decoder = createChunkedDecoder()
  const bytes = Buffer.from(text, 'latin1')
  let decoded = ''
  for (let at = 0; at < bytes.length; at += stepBytes)
    decoded += decoder.push(bytes.subarray(at, at + stepBytes)).toString('latin1')
  return { text: decoded, isDone: decoder.isDone }
}

describe('createChunkedDecoder', () => {
  const coded =
    '4\r\nWiki\r\nA;name="v"\r\npedia\r\n in\r\n3 \r\n chu\r\n0\r\nexpires: never\r\n\r\n'.replace(
      '3 \r\n chu',
      '4 \r\n chu',
    )

  it('takes the coding off, wherever the pieces end', () => {
    for (let stepBytes = 1; stepBytes <= coded.length; stepBytes++)
      assert.deepEqual(
        decode(coded, stepBytes),
        { text: 'Wikipedia\r\n in chu', isDone: true },
        `step ${stepBytes}`,
      )
  })

  it('is done only after the empty line that follows the trailers', () => {
    assert.equal(decode(coded.slice(0, -2), 100).isDone, false)
    assert.equal(decode('0\r\n', 100).isDone, false)
  })

  it('copies, so that the memory it was given can be used again', () => {
    const bytes = Buffer.from('3\r\nabc\r\n')
    const decoded = createChunkedDecoder().push(bytes)
    bytes.fill(0)
    assert.equal(decoded.toString(), 'abc')
  })

  for (const [what, text] of Object.entries({
    'a size that is no number': 'xyz\r\n',
    'a negative size': '-1\r\n',
    'a size with a 0x': '0x1\r\na\r\n',
    'no size': '\r\n',
    'a size beyond all reason': `${'f'.repeat(13)}\r\n`,
    'a chunk that goes on after its size': '2\r\nabc\r\n',
    'a line that ends in LF alone': '2\nab\r\n',
    'a line without end': 'a'.repeat(300),
    'bytes after the end': '0\r\n\r\nHTTP/1.1 200 OK',
  })) {
    it(`refuses ${what}`, () => {
      for (const step of [1, 7, 1000])
        assert.throws(() => decode(text, step), { name: 'TransportError', failure: 'garbage' })
    })
  }
})
