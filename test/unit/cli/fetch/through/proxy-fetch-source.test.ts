import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import type { FetchRequest } from '../../../../../src/cli/fetch/fetch-source.ts'
import { createProxyClient } from '../../../../../src/cli/fetch/through/proxy-client.ts'
import { createProxyFetchSource } from '../../../../../src/cli/fetch/through/proxy-fetch-source.ts'
import { RequestRecord } from '../../../../../src/telemetry/request-record.ts'
import { startSmallProxy } from './small-proxy.ts'

const bytes = randomBytes(300_000)
const etag = '"the-version"'
type Answer = (request: IncomingMessage, response: ServerResponse, ordinal: number) => void

/** Answers as the proxy does; `cutAfter` is the number of bytes after which the connection breaks. */
function serve(
  request: IncomingMessage,
  response: ServerResponse,
  cutAfter?: number,
  size = bytes.length,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const first = Number(from ?? 0)
  const last = to ? Number(to) : size - 1
  const body = bytes.subarray(first, last + 1)
  response.writeHead(from === undefined ? 200 : 206, {
    ...{ etag, 'content-length': body.length, 'content-type': 'text/plain' },
    ...(from === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${size}` }),
  })
  if (cutAfter === undefined) response.end(body)
  else response.write(body.subarray(0, cutAfter), () => response.destroy())
}

async function given(t: TestContext, answer: Answer, maxAttempts = 3) {
  const proxy = await startSmallProxy(t, answer)
  const client = createProxyClient('s3proxy/test', 1000)
  const url = { origin: proxy.origin, path: '/a' }
  const told: string[] = []
  const source = createProxyFetchSource({
    ...{ url, maxAttempts, silenceMs: 1000, random: () => 0, now: Date.now },
    ask: ({ method, headers, signal }) => client({ method, headers, signal, ...url }),
    onRetry: ({ message }) => told.push(message),
  })
  return { proxy, source, told }
}

function request(conditions: FetchRequest['conditions'] = {}, method: 'GET' | 'HEAD' = 'GET'): FetchRequest {
  return { method, conditions, signal: new AbortController().signal }
}

/** Opens the object and reads all of it. */
async function read({ source }: Awaited<ReturnType<typeof given>>, conditions?: FetchRequest['conditions']) {
  const record = new RequestRecord()
  const result = await source.open(request(conditions), record)
  if (result.kind !== 'found') assert.fail(result.kind)
  const pieces: Uint8Array[] = []
  for (let piece = await result.body.read(); piece !== null; piece = await result.body.read())
    pieces.push(Buffer.from(piece))
  return { body: Buffer.concat(pieces), record, result }
}

describe('createProxyFetchSource', () => {
  it('gives head and body as they come', async (t) => {
    const { body, result } = await read(await given(t, (...asked) => serve(asked[0], asked[1])))
    assert.ok(body.equals(bytes))
    assert.deepEqual([result.status, result.sizeBytes, result.etag], [200, bytes.length, etag])
    assert.equal(result.headers[result.headers.indexOf('content-type') + 1], 'text/plain')
    assert.equal(result.headers.includes('connection'), false)
  })

  it('asks for the rest of the same version when the body breaks off, as often as bytes come', async (t) => {
    const all = await given(t, (asked, response, ordinal) =>
      serve(asked, response, ordinal > 3 ? undefined : 90_000),
    )
    const { body, record } = await read(all, { range: 'bytes=10-299000' })
    assert.ok(body.equals(bytes.subarray(10, 299_001)))
    assert.equal(record.healed, 3)
    const asked = all.proxy.requests.map(({ headers }) => [headers.range, headers['if-match']])
    assert.deepEqual(asked[0], ['bytes=10-299000', undefined])
    for (const [range, match] of asked.slice(1)) {
      assert.match(range ?? '', /^bytes=\d+-299000$/)
      assert.equal(match, etag)
    }
    assert.match(all.told[0] ?? '', /^the proxy broke off$/)
  })

  it('continues a body without a length, and knows where it ends', async (t) => {
    const all = await given(t, (asked, response, ordinal) => {
      if (ordinal > 1) {
        response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
        return
      }
      response.writeHead(200, { etag })
      response.write(bytes, () => response.destroy())
      assert.equal(asked.headers.range, undefined)
    })
    const { body, result } = await read(all)
    assert.equal(result.sizeBytes, undefined)
    assert.ok(body.equals(bytes))
  })

  it('never mixes two versions', async (t) => {
    const all = await given(t, (asked, response, ordinal) => {
      if (ordinal === 1) serve(asked, response, 50_000)
      else response.writeHead(412).end()
    })
    await assert.rejects(read(all), /replaced while it was fetched/)
    const other = await given(t, (asked, response, ordinal) => {
      if (ordinal > 1) response.setHeader('etag', '"other"')
      if (ordinal === 1) serve(asked, response, 50_000)
      else {
        const range = `bytes 50000-${bytes.length - 1}/${bytes.length}`
        response.writeHead(206, { etag: '"other"', 'content-range': range }).end(bytes.subarray(50_000))
      }
    })
    await assert.rejects(read(other), /replaced while it was fetched/)
  })

  it('gives up after some attempts without a byte, and at once without a strong ETag', async (t) => {
    const all = await given(t, (asked, response, ordinal) =>
      ordinal === 1 ? serve(asked, response, 50_000) : void response.destroy(),
    )
    await assert.rejects(read(all), /cannot be asked/)
    assert.equal(all.proxy.requests.length, 3)
    const weak = await given(t, (_asked, response) => {
      response.writeHead(200, { etag: 'W/"a"', 'content-length': 10 })
      response.write('abc', () => response.destroy())
    })
    await assert.rejects(read(weak), /^Error: the proxy broke off$/)
    assert.equal(weak.proxy.requests.length, 1)
  })

  it('takes a body that stalls for one that broke off', async (t) => {
    const all = await given(t, (asked, response, ordinal) => {
      if (ordinal > 1) serve(asked, response)
      else {
        response.writeHead(200, { etag, 'content-length': bytes.length })
        response.write(bytes.subarray(0, 1000))
      }
    })
    const { body } = await read(all)
    assert.ok(body.equals(bytes))
    assert.match(all.told[0] ?? '', /nothing more came from the proxy within 1000 ms/)
  })

  it('asks again after 503 and after no answer, and says what came when that does not help', async (t) => {
    const all = await given(t, (asked, response, ordinal) => {
      if (ordinal === 1)
        response
          .writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' })
          .end('503 Busy. [S3_BUSY]')
      else if (ordinal === 2) response.destroy()
      else serve(asked, response)
    })
    assert.ok((await read(all)).body.equals(bytes))
    assert.match(all.told[0] ?? '', /^the proxy does not give the object: 503: Busy\. \[S3_BUSY\]$/)
    const busy = await given(t, (_asked, response) => response.writeHead(504).end('<html>'))
    await assert.rejects(read(busy), { message: 'the proxy does not give the object: 504' })
    assert.equal(busy.proxy.requests.length, 3)
    const long = await given(t, (_asked, response) => response.writeHead(503, { 'retry-after': '600' }).end())
    await assert.rejects(read(long), /503/)
    assert.equal(long.proxy.requests.length, 1)
  })

  for (const [status, headers, body, expected] of [
    [304, { etag }, '', { kind: 'not-modified' }],
    [412, {}, 'gone', { kind: 'precondition-failed' }],
    [416, { 'content-range': 'bytes */6' }, '', { kind: 'range-not-satisfiable', sizeBytes: 6 }],
    [
      404,
      { 'content-type': 'text/plain' },
      '404 Not found. [X]\n',
      { kind: 'refused', text: '404: Not found. [X]' },
    ],
    [403, { 'content-type': 'text/html' }, '<html>', { kind: 'refused', text: '403' }],
    [403, { 'content-type': 'text/plain' }, 'a\u001b[2J', { kind: 'refused', text: '403: a\\u{1b}[2J' }],
    [403, { 'content-type': 'text/plain' }, 'two\nlines', { kind: 'refused', text: '403' }],
    [404, { 'content-type': 'text/plain' }, 'a'.repeat(5000), { kind: 'refused', text: '404' }],
  ] as [number, Record<string, string>, string, object][]) {
    it(`knows what ${status} with ${JSON.stringify(body.slice(0, 20))} means`, async (t) => {
      const { source } = await given(t, (_asked, response) => response.writeHead(status, headers).end(body))
      const result = await source.open(request(), new RequestRecord())
      for (const [name, value] of Object.entries(expected))
        assert.deepEqual((result as unknown as Record<string, unknown>)[name], value)
    })
  }

  for (const [what, answer, conditions, expected] of [
    [
      'another range',
      (_: unknown, to: ServerResponse) => to.writeHead(206, { 'content-range': 'bytes 1-2/9' }).end('ab'),
      { range: 'bytes=0-1' },
      /another range/,
    ],
    [
      'a range that nobody asked for',
      (_: unknown, to: ServerResponse) => to.writeHead(206, { 'content-range': 'bytes 0-1/9' }).end('ab'),
      {},
      /another range/,
    ],
    [
      'a length that its range has not',
      (_: unknown, to: ServerResponse) =>
        to.writeHead(206, { 'content-range': 'bytes 0-1/9', 'content-length': 3 }).end('abc'),
      { range: 'bytes=0-1' },
      /another length than its range/,
    ],
    [
      'no length at all',
      (_: unknown, to: ServerResponse) => to.socket?.end('HTTP/1.0 200 OK\r\n\r\nabc'),
      {},
      /does not tell where it ends/,
    ],
    [
      '500',
      (_: unknown, to: ServerResponse) => to.writeHead(500).end(),
      {},
      /does not give the object: 500$/,
    ],
  ] as [string, Answer, FetchRequest['conditions'], RegExp][]) {
    it(`refuses an answer with ${what}`, async (t) => {
      const { source, proxy } = await given(t, answer)
      await assert.rejects(source.open(request(conditions), new RequestRecord()), expected)
      assert.equal(proxy.requests.length, 1)
    })
  }

  it('asks for the head only, where that is wanted', async (t) => {
    const { source, proxy } = await given(t, (_asked, response) =>
      response.writeHead(200, { etag, 'content-length': 77 }).end(),
    )
    const result = await source.open(request({}, 'HEAD'), new RequestRecord())
    assert.deepEqual([result.kind, result.kind === 'found' && result.sizeBytes], ['found', 77])
    assert.equal(proxy.requests[0]?.method, 'HEAD')
  })

  it('expects the MD5 of the ETag where it looks like one, and is not certain of it', async (t) => {
    const { source } = await given(t, () => {})
    const md5 = createHash('md5').update('hello').digest()
    const { signal } = new AbortController()
    const expectation = await source.expectation(`"${md5.toString('hex')}"`, signal)
    assert.deepEqual([expectation?.digest, expectation?.isCertain], [md5, false])
    for (const other of ['"abc"', `"${md5.toString('hex')}-2"`])
      assert.equal(await source.expectation(other, signal), undefined)
  })

  it('ends at once when the command is stopped', async (t) => {
    const stop = new AbortController()
    const { source } = await given(t, () => stop.abort(new Error('stopped')))
    await assert.rejects(
      source.open({ ...request(), signal: stop.signal }, new RequestRecord()),
      /^Error: stopped$/,
    )
  })
})
