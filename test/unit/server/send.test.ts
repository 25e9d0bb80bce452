import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BodyWatch, WatchedBody } from '../../../src/http/body-watch.ts'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import type { Reply } from '../../../src/http/reply.ts'
import { sendReply } from '../../../src/server/send.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { untilTrue } from '../../helpers/eventually.ts'
import { connectionEnding } from '../../helpers/network/connection-ending.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'

const session = { name: 'hash' }

describe('sendReply', { timeout: 60_000 }, () => {
  for (const [what, pieces] of [
    ['ends before its length', ['abc', 'de']],
    ['is there at once and too short', ['abcde']],
    ['goes on behind its length', ['abcdefgh', 'ijkl']],
  ] as const)
    it(`resets the connection where a body ${what}`, async (t) => {
      const { url, sent } = await serve(t, pieces)
      const [{ outcome, cutCause }, read] = await Promise.all([sent, readAll(get(url)).catch(() => 'cut')])
      // Bytes behind the length are no part of the answer to the client.
      assert.ok(read === 'cut' || pieces.join('').length > 10, read)
      assert.equal(outcome, 'cut')
      assert.match(String(cutCause), /instead of 10|content-length/i)
    })

  it('sends a body of the length that it has', async (t) => {
    const { url, sent } = await serve(t, ['abcdefgh', 'ij'])
    assert.equal(await readAll(get(url)), 'abcdefghij')
    const { bytes, outcome } = await sent
    assert.deepEqual({ bytes, outcome }, { bytes: 10, outcome: 'complete' })
  })

  it('sends the length of a text for HEAD, and none of its bytes', async (t) => {
    const { url, sent } = await serve(t, [], 'söme text')
    const asked = request(url, { method: 'HEAD' }).end()
    const length = once(asked, 'response').then(([{ headers }]) => headers['content-length'])
    assert.deepEqual([await readAll(asked), await length], ['', '10'])
    const { bytes, outcome } = await sent
    assert.deepEqual({ bytes, outcome }, { bytes: 0, outcome: 'complete' })
  })

  it('sends the size of a body for HEAD, which has no source then', async (t) => {
    const { url, sent } = await serve(t, [], { source: null, sizeBytes: 12 })
    const asked = request(url, { method: 'HEAD' }).end()
    const length = once(asked, 'response').then(([{ headers }]) => headers['content-length'])
    assert.deepEqual([await readAll(asked), await length], ['', '12'])
    assert.equal((await sent).outcome, 'complete')
  })

  it('sends a body chunked whose size nobody knows, and shows where it is whole', async (t) => {
    const { port, sent } = await serve(t, [], { source: sourceOf(['abc', 'de']), sizeBytes: undefined })
    const { head, body, ending } = await readRaw(port)
    assert.match(head, /transfer-encoding: chunked/i)
    assert.doesNotMatch(head, /content-length/i)
    assert.deepEqual([body, ending], ['3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', 'fin'])
    assert.deepEqual([(await sent).outcome, (await sent).bytes], ['complete', 5])
  })

  it('cuts a body whose size nobody knows so that the client sees it', async (t) => {
    const broken = new Error('broken off')
    const { port, sent } = await serve(t, [], { source: sourceOf(['abc'], broken), sizeBytes: undefined })
    const { body, ending } = await readRaw(port)
    assert.ok('3\r\nabc\r\n'.startsWith(body), body)
    assert.equal(ending, 'reset')
    assert.deepEqual([(await sent).outcome, (await sent).cutCause], ['cut', broken])
  })

  it('cuts a body whose session has ended, and watches it until it is over', async (t) => {
    const watched: WatchedBody[] = []
    const ended: WatchedBody[] = []
    const bodyWatch: BodyWatch = {
      begin: (body) => void watched.push(body),
      end: (body) => void ended.push(body),
    }
    let breakOff = (_: Error) => {}
    const rest = new Promise<Buffer>((_, reject) => {
      breakOff = reject
    })
    let isCancelled = false
    const source: ByteSource = {
      read: () => (watched.length === 0 ? Buffer.from('abc') : rest),
      cancel() {
        isCancelled = true
      },
    }
    const { port, sent } = await serve(t, [], { source, sizeBytes: 10 }, { session, bodyWatch })
    const read = readRaw(port)
    await untilTrue('it is watched', () => watched.length === 1)
    assert.deepEqual([watched[0]?.session, ended], [session, []])
    watched[0]?.revoke()
    assert.equal((await read).ending, 'reset')
    breakOff(new Error('cancelled'))
    const record = await sent
    assert.equal(isCancelled, true)
    record.end(performance.now())
    assert.deepEqual([record.outcome, record.code, record.cutCause], ['revoked', 'SESSION_ENDED', undefined])
    assert.ok(ended.length === 1 && ended[0] === watched[0])
  })

  for (const [what, pieces, watches] of [
    ['of one piece', ['abcdefghij'], 0],
    ['of several pieces', ['abcdefgh', 'ij'], 1],
  ] as const)
    it(`watches the session of a body ${what} ${watches} times, and no longer than it takes`, async (t) => {
      const calls: string[] = []
      const bodyWatch: BodyWatch = {
        begin: ({ session: { name } }) => void calls.push(`begin ${name}`),
        end: ({ session: { name } }) => void calls.push(`end ${name}`),
      }
      const body = { source: sourceAtOnce(pieces), sizeBytes: 10 }
      const { url, sent } = await serve(t, [], body, { session, bodyWatch })
      assert.equal(await readAll(get(url)), 'abcdefghij')
      assert.equal((await sent).outcome, 'complete')
      assert.deepEqual(calls, watches === 0 ? [] : ['begin hash', 'end hash'])
    })
})

/** The pieces, each of them at once. */
function sourceAtOnce(pieces: readonly string[]): ByteSource {
  const left = pieces.map((text) => Buffer.from(text))
  return { read: () => left.shift() ?? null, cancel() {} }
}

/** The pieces, and then the end or a failure; the client has what came before it. */
function sourceOf(pieces: readonly string[], failure?: Error): ByteSource {
  const left = pieces.map((text) => Buffer.from(text))
  return {
    async read() {
      if (left.length === 0 && failure !== undefined) {
        await sleep(50)
        throw failure
      }
      return left.shift() ?? null
    },
    cancel() {},
  }
}

/** Every byte of the answer to one request, and how the connection ended. */
async function readRaw(port: number): Promise<{ head: string; body: string; ending: 'fin' | 'reset' }> {
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
  let text = ''
  socket.setEncoding('latin1').on('data', (piece) => {
    text += piece
  })
  const ending = await connectionEnding(socket)
  const end = text.indexOf('\r\n\r\n')
  return { head: text.slice(0, end), body: text.slice(end + 4), ending }
}

/** Starts a server with one answer: ten bytes, as its head says, or another body. */
async function serve(
  t: TestContext,
  pieces: readonly string[],
  other?: Reply['body'],
  noted: Partial<RequestRecord> = {},
) {
  const body = other ?? { source: sourceOf(pieces), sizeBytes: 10 }
  const server = createServer()
  const sent = new Promise<RequestRecord>((resolve) => {
    server.once('request', ({ method }, response) => {
      const record = Object.assign(new RequestRecord(method), noted)
      resolve(sendReply({ status: 200, headers: [], body }, response, record).then(() => record))
    })
  })
  const { port, origin } = await listenOnLoopback(server, t)
  return { url: `${origin}/`, port, sent }
}

async function readAll(asked: ReturnType<typeof get>): Promise<string> {
  asked.on('error', () => {})
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  return text
}
