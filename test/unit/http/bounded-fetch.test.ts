import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { boundedFetch, fetchJson } from '../../../src/http/bounded-fetch.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'
import { startRawServer } from '../../helpers/network/raw-server.ts'

const bounds = {
  ...{ what: 'the answer', option: 'sso.url', timeoutMs: 2000, maxAnswerBytes: 10, userAgent: 's3proxy/1' },
  now: () => 0,
}

describe('boundedFetch', () => {
  it('sends a form with the name of s3proxy, and hands out status, head and text', async (t) => {
    const seen: unknown[] = []
    const { origin: url } = await listenOnLoopback(
      createServer(async (request, response) => {
        const pieces = await request.toArray()
        const { method, headers } = request
        seen.push(method, headers['user-agent'], headers.authorization, Buffer.concat(pieces).toString())
        response.writeHead(400, { 'x-a': 'b' }).end('\ufeffno')
      }),
      t,
    )
    const answer = await boundedFetch(
      { url, method: 'POST', headers: { authorization: 'Bearer a' }, body: 'token=a' },
      bounds,
    )
    assert.deepEqual([answer.status, answer.headers.get('x-a'), answer.text], [400, 'b', 'no'])
    assert.deepEqual(seen, ['POST', 's3proxy/1', 'Bearer a', 'token=a'])
  })

  it('asks again on another connection where a kept one was closed, but posts nothing twice', async (t) => {
    for (const method of ['GET', 'POST'] as const) {
      let asked = 0
      const { port } = await startRawServer(t, (socket, _head, ordinal) => {
        asked = ordinal
        if (ordinal === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        else if (ordinal === 2) socket.destroy()
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      })
      const request = { url: `http://127.0.0.1:${port}/`, method }
      await boundedFetch(request, bounds)
      if (method === 'GET') assert.equal((await boundedFetch(request, bounds)).text, 'ok')
      else await assert.rejects(boundedFetch(request, bounds), { code: 'SSO_UNAVAILABLE' })
      assert.equal(asked, method === 'GET' ? 3 : 2)
    }
  })

  it('reads no more than it may, and nothing of an answer whose text is not wanted', async (t) => {
    const server = createServer((_, response) => void response.write('x'.repeat(11)))
    const { origin: url } = await listenOnLoopback(server, t)
    await assert.rejects(boundedFetch({ url }, bounds), {
      code: 'SSO_BAD_ANSWER',
      message: 'the answer is larger than 10 bytes (sso.url)',
    })
    const { text } = await boundedFetch({ url }, { ...bounds, isRead: (status) => status !== 200 })
    assert.equal(text, '')
  })
})

describe('fetchJson', () => {
  it('reads an object of any content-type, and tells when there is none', async (t) => {
    const answers = ['{"a":1}', '[]', 'null', '<html>', '']
    const { origin: url } = await listenOnLoopback(
      createServer((request, response) => {
        assert.equal(request.headers.accept, 'application/json')
        response.writeHead(200, { 'content-type': 'text/html', 'retry-after': '3' }).end(answers.shift())
      }),
      t,
    )
    const objects: unknown[] = []
    while (answers.length > 0) {
      const { object, retryAfterSeconds } = await fetchJson({ url }, bounds)
      objects.push(object)
      assert.equal(retryAfterSeconds, 3)
    }
    assert.deepEqual(objects, [{ a: 1 }, undefined, undefined, undefined, undefined])
  })
})
