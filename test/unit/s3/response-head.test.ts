import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseResponseHead } from '../../../src/s3/response-head.ts'

const parse = (text: string, method = 'GET') => parseResponseHead(text.replaceAll('\n', '\r\n'), method)

describe('parseResponseHead', () => {
  it('reads status, headers by lower-case name, and length', () => {
    const head = parse('HTTP/1.1 206 Partial Content\nETag:"a:b"\nContent-Length: \t42 \nX-Empty:')
    assert.equal(head.status, 206)
    assert.deepEqual(
      [...head.headers],
      [
        ['etag', '"a:b"'],
        ['content-length', '42'],
        ['x-empty', ''],
      ],
    )
    assert.equal(head.contentLength, 42)
    assert.deepEqual(head.framing, { kind: 'length', sizeBytes: 42 })
    assert.equal(head.keepAlive, true)
  })

  it('takes a status line without a reason', () => {
    assert.equal(parse('HTTP/1.1 200\ncontent-length: 0').status, 200)
    assert.equal(parse('HTTP/1.1 200 \ncontent-length: 0').status, 200)
  })

  it('keeps the bytes of a value, A0 at its end too, which is part of a letter in UTF-8', () => {
    const name = Buffer.from('attachment; filename=voilà').toString('latin1')
    assert.equal(
      parse(`HTTP/1.1 200 OK\ncontent-disposition: ${name}`).headers.get('content-disposition'),
      name,
    )
  })

  it('reads a value of nothing but spaces in no time', () => {
    assert.equal(parse(`HTTP/1.1 200 OK\na: x${' '.repeat(60_000)}y`).headers.get('a')?.length, 60_002)
  })

  it('joins a header that came twice, unless it says the same', () => {
    const { headers } = parse('HTTP/1.1 200 OK\nvary: a\nvary: b\ndate: d\ndate: d')
    assert.equal(headers.get('vary'), 'a, b')
    assert.equal(headers.get('date'), 'd')
    const coded = parse('HTTP/1.1 200 OK\ncontent-encoding: aws-chunked\ncontent-encoding: gzip')
    assert.equal(coded.headers.get('content-encoding'), 'aws-chunked, gzip')
  })

  for (const [what, text, method] of [
    ['HEAD', 'HTTP/1.1 200 OK\ncontent-length: 42', 'HEAD'],
    ['HEAD with a chunked coding', 'HTTP/1.1 404 Not Found\ntransfer-encoding: chunked', 'HEAD'],
    ['304', 'HTTP/1.1 304 Not Modified\ncontent-length: 42', 'GET'],
    ['204', 'HTTP/1.1 204 No Content\ncontent-length: 42', 'GET'],
    ['100', 'HTTP/1.1 100 Continue', 'GET'],
  ] as const) {
    it(`knows that an answer to ${what} has no body`, () => {
      const { framing } = parse(text, method)
      assert.deepEqual(framing, { kind: 'length', sizeBytes: 0 })
      assert.equal(parse(text, method).keepAlive, true)
    })
  }

  it('delimits by the chunked coding, or else by the end of the connection', () => {
    assert.deepEqual(parse('HTTP/1.1 500 Oops\nTransfer-Encoding: Chunked').framing, { kind: 'chunked' })
    const open = parse('HTTP/1.1 200 OK\na: b')
    assert.deepEqual([open.framing, open.keepAlive], [{ kind: 'until-close' }, false])
  })

  it('knows when a connection must not be used again', () => {
    assert.equal(parse('HTTP/1.1 200 OK\ncontent-length: 1\nConnection: Close').keepAlive, false)
    assert.equal(parse('HTTP/1.0 200 OK\ncontent-length: 1').keepAlive, false)
    assert.equal(parse('HTTP/1.0 200 OK\ncontent-length: 1\nconnection: keep-alive').keepAlive, true)
  })

  for (const [what, text] of Object.entries({
    'another protocol': 'SSH-2.0-OpenSSH_9.2p1',
    'HTTP/2': 'HTTP/2 200',
    'a status of two digits': 'HTTP/1.1 20 OK',
    'a status of no class': 'HTTP/1.1 600 OK',
    'an empty text': '',
    'a line without a colon': 'HTTP/1.1 200 OK\nhello',
    'a header without a name': 'HTTP/1.1 200 OK\n: b',
    'a space before the colon': 'HTTP/1.1 200 OK\na : b',
    'a folded line': 'HTTP/1.1 200 OK\na: b\n c',
    'NUL in a value': 'HTTP/1.1 200 OK\na: b\0c',
    'a length that is no number': 'HTTP/1.1 200 OK\ncontent-length: 1e3',
    'a negative length': 'HTTP/1.1 200 OK\ncontent-length: -1',
    'a length with a plus': 'HTTP/1.1 200 OK\ncontent-length: +1',
    'two lengths': 'HTTP/1.1 200 OK\ncontent-length: 1\ncontent-length: 2',
    'two lengths in one line': 'HTTP/1.1 200 OK\ncontent-length: 1, 1',
    'a length beyond all reason': `HTTP/1.1 200 OK\ncontent-length: ${'9'.repeat(16)}`,
    'a length beside a coding': 'HTTP/1.1 200 OK\ncontent-length: 1\ntransfer-encoding: chunked',
    'a coding that is not chunked': 'HTTP/1.1 200 OK\ntransfer-encoding: gzip, chunked',
    'a coding in HTTP/1.0': 'HTTP/1.0 200 OK\ntransfer-encoding: chunked',
    'two ETags': 'HTTP/1.1 200 OK\netag: "a"\netag: "b"',
    'two ranges': 'HTTP/1.1 206 OK\ncontent-range: bytes 0-1/2\ncontent-range: bytes 0-0/2',
  })) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parse(text), { name: 'TransportError', failure: 'garbage' })
    })
  }

  it('refuses a bare LF or CR within the head', () => {
    for (const end of ['\n', '\r'])
      assert.throws(() => parseResponseHead(`HTTP/1.1 200 OK\r\na: b${end}c: d`, 'GET'), {
        failure: 'garbage',
      })
  })
})
