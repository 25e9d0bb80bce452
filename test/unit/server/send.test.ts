import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import { sendReply } from '../../../src/server/send.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'

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
    const { url, sent } = await serve(t, [], 'some text')
    const asked = request(url, { method: 'HEAD' }).end()
    const length = once(asked, 'response').then(([{ headers }]) => headers['content-length'])
    assert.deepEqual([await readAll(asked), await length], ['', '9'])
    const { bytes, outcome } = await sent
    assert.deepEqual({ bytes, outcome }, { bytes: 0, outcome: 'complete' })
  })
})

/** Starts a server whose one answer has ten bytes, as its head says, or is a text. */
async function serve(t: TestContext, pieces: readonly string[], text?: string) {
  const left = pieces.map((text) => Buffer.from(text))
  const body: ByteSource = { read: async () => left.shift() ?? null, cancel() {} }
  const server = createServer()
  const sent = new Promise<RequestRecord>((resolve) => {
    server.once('request', ({ method }, response) => {
      const reply =
        text === undefined
          ? { status: 200, headers: ['content-length', '10'], body }
          : { status: 200, headers: [], body: text }
      const record = new RequestRecord(method)
      resolve(sendReply(reply, response, record).then(() => record))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sent }
}

async function readAll(asked: ReturnType<typeof get>): Promise<string> {
  asked.on('error', () => {})
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  return text
}
