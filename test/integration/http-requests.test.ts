import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { askRaw, openRaw, type WireAnswer } from '../helpers/clients/raw-http.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

/** Makes the text of a request. @param headers lines without their ends */
const raw = (line: string, ...headers: string[]) => `${[line, ...headers].join('\r\n')}\r\n\r\n`
const host = 'host: assets.test'

describe('requests byte for byte', () => {
  let s3: S3StandIn
  let proxy: ProxyInProcess
  let canonical: ProxyInProcess

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('health', { body: 'fine', contentType: 'text/plain' })
    proxy = await startProxyInProcess({ s3 })
    canonical = await startProxyInProcess({ s3 }, { S3PROXY_SERVER_PUBLIC_URL: 'https://assets.test' })
  })
  after(async () => {
    await proxy.close()
    await canonical.close()
    await s3.close()
  })

  /** Sends a request, and expects exactly one line in the log that agrees with the answer. */
  async function ask(text: string | Buffer, method = 'GET', where = proxy): Promise<WireAnswer> {
    const before = where.access.length
    const answer = await askRaw(where.port, text, method)
    const lines = await where.accessReach(before + 1)
    assert.equal(lines.length, before + 1)
    const line = lines.at(-1)
    assert.equal(line?.status, answer.status)
    assert.equal(line?.requestId, answer.headers['x-request-id'])
    assert.equal(line?.outcome, 'complete')
    assert.equal(line?.bytes, answer.body.length)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    return answer
  }

  describe('the host', () => {
    for (const [what, lines, status] of [
      ['missing in HTTP/1.1', [], 400],
      ['named twice', [host, host], 400],
      ['named twice, differently', [host, 'host: evil.test'], 400],
      ['with a path', ['host: assets.test/x'], 400],
      ['with user information', ['host: user@assets.test'], 400],
      ['with a space', ['host: assets test'], 400],
      ['of two names', ['host: a.test, b.test'], 400],
      ['with a port that is none', ['host: assets.test:http'], 400],
    ] as const) {
      it(`${what} is ${status}, also for the health check`, async () => {
        assert.equal((await ask(raw('GET /health HTTP/1.1', ...lines))).status, status)
        assert.equal((await ask(raw('GET /a HTTP/1.1', ...lines))).status, status)
      })
    }

    it('may be missing in HTTP/1.0 for the health check, and is needed for the rest', async () => {
      assert.equal((await ask(raw('GET /health HTTP/1.0'))).status, 200)
      assert.equal((await ask(raw('GET /a HTTP/1.0'))).status, 421)
    })

    it('that is not the canonical one is 421 for everything that knows a host', async () => {
      const other = 'host: other.test'
      for (const target of ['/a', '/', '/__redirect_from_sso', '/__s3proxy/logout', '/__s3proxy/none'])
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, other), 'GET', canonical)).status, 421, target)
      for (const target of ['/health', '/__s3proxy/livez', '/__s3proxy/readyz'])
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, other), 'GET', canonical)).status, 200, target)
      assert.equal((await ask(raw('GET /%2e HTTP/1.1', other), 'GET', canonical)).status, 400)
      assert.equal((await ask(raw('PUT /a HTTP/1.1', other), 'GET', canonical)).status, 405)
    })

    it('may have capitals and the default port', async () => {
      const answer = await ask(raw('GET /a HTTP/1.1', 'Host: ASSETS.test:443'), 'GET', canonical)
      assert.equal(answer.status, 302)
    })
  })

  describe('a target in absolute form', () => {
    it('has the authority that counts', async () => {
      const right = raw('GET https://assets.test/a HTTP/1.1', 'host: other.test')
      assert.equal((await ask(right, 'GET', canonical)).status, 302)
      const wrong = raw('GET http://other.test/a HTTP/1.1', host)
      assert.equal((await ask(wrong, 'GET', canonical)).status, 421)
    })

    for (const target of [
      'http://user@assets.test/health',
      'http://user:secret@assets.test/health',
      'http:///health',
      'ftp://assets.test/health',
      'http:health',
      'http://assets.test:x/health',
    ]) {
      it(`${target} is 400`, async () => {
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, host))).status, 400)
      })
    }

    it('without a path is the empty key', async () => {
      for (const query of ['', '?a=b']) {
        const answer = await ask(raw(`GET http://assets.test${query} HTTP/1.1`, host))
        assert.equal(answer.status, 302)
      }
    })
  })

  describe('a path', () => {
    for (const target of [
      '//evil.test',
      '/\\evil.test',
      '///',
      '/%2F%2Fevil.test',
      '/%5Cevil.test/x?y=//z',
    ]) {
      it(`${target} leads to the SSO and back to this site only`, async () => {
        const answer = await ask(raw(`GET ${target} HTTP/1.1`, host))
        assert.equal(answer.status, 302)
        const location = new URL(answer.headers.location ?? '')
        assert.equal(location.origin, 'http://127.0.0.1:9')
        assert.equal(location.searchParams.get('redirect_uri'), 'http://assets.test/__redirect_from_sso')
      })
    }

    for (const target of [
      '/.',
      '/..',
      '/a/../b',
      '/a/%2e%2e/b',
      '/a/.%2E',
      '/a%2f..%2fb',
      '/a\\..\\b',
      '/a%5c%2e%2e%5cb',
      '/%',
      '/%4',
      '/%zz',
      '/a%00b',
      '/%ff%fe',
      '/%c0%ae%c0%ae/a',
      '/%ed%a0%80',
    ]) {
      it(`${target} is 400, whatever the method and the host`, async () => {
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, host))).status, 400)
        assert.equal((await ask(raw(`DELETE ${target} HTTP/1.1`, host))).status, 400)
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, 'host: other'), 'GET', canonical)).status, 400)
      })
    }

    it('that is empty stands behind the login as every other one does', async () => {
      const count = s3.requestCount
      const answer = await ask(raw('GET / HTTP/1.1', host))
      assert.equal(answer.status, 302)
      assert.match(String(answer.headers.location), /^http:\/\/127\.0\.0\.1:9\/o\/authorize\//)
      assert.equal((await ask(raw('GET / HTTP/1.1', `${host}\r\nsec-fetch-mode: cors`))).status, 401)
      assert.equal(s3.requestCount, count)
    })

    it('longer than any key is 404, and too long for a request is 431', async () => {
      assert.equal((await ask(raw(`GET /${'a'.repeat(1025)} HTTP/1.1`, host))).status, 404)
      assert.equal((await ask(raw(`GET /${'%c3%a9'.repeat(513)} HTTP/1.1`, host))).status, 404)
      assert.equal((await ask(raw(`GET /${'a'.repeat(20_000)} HTTP/1.1`, host))).status, 431)
    })

    it('that only resembles the health check needs a login', async () => {
      for (const target of ['/health/', '//health', '/Health', '/health%20', '/health;x'])
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, host))).status, 302, target)
      for (const target of ['/health', '/%68ealth', '/health?x=1'])
        assert.equal((await ask(raw(`GET ${target} HTTP/1.1`, host))).status, 200, target)
    })

    it('is one key however it is written', async () => {
      await ask(raw('GET /%68%65alth HTTP/1.1', host))
      assert.equal(proxy.access.at(-1)?.key, 'health')
      assert.equal(proxy.access.at(-1)?.path, '/%68%65alth')
    })
  })

  describe('a method', () => {
    for (const method of [
      'POST',
      'PUT',
      'DELETE',
      'PATCH',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'PURGE',
      'QUERY',
    ]) {
      it(`${method} is 405 with what is allowed`, async () => {
        const answer = await ask(raw(`${method} /health HTTP/1.1`, host))
        assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD'])
      })
    }

    for (const method of ['get', 'BREW', 'GETT', 'X-1']) {
      it(`${method}, which does not exist, is 405 too`, async () => {
        const answer = await ask(raw(`${method} /health HTTP/1.1`, host))
        assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD'])
      })
    }

    it('OPTIONS * is 405', async () => {
      assert.equal((await ask(raw('OPTIONS * HTTP/1.1', host))).status, 405)
      assert.equal((await ask(raw('GET * HTTP/1.1', host))).status, 400)
    })

    it('CONNECT is 405', async () => {
      assert.equal((await ask(raw('CONNECT assets.test:443 HTTP/1.1', host))).status, 405)
    })

    it('POST is for signing out only', async () => {
      const answer = await ask(raw('PUT /__s3proxy/logout HTTP/1.1', host))
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD, POST'])
      const foreign = raw('POST /__s3proxy/logout HTTP/1.1', host, 'origin: https://evil.test')
      assert.equal((await ask(foreign)).status, 403)
    })

    it('is never repeated in an answer', async () => {
      const answer = await ask(raw('TRACE /health HTTP/1.1', host, 'x-secret: canary'))
      assert.ok(!JSON.stringify(answer).includes('canary'))
    })
  })

  describe('what is no request', () => {
    for (const [what, text, status] of [
      ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
      ['nonsense', 'hello there\r\n\r\n', 400],
      ['HTTP/0.9', 'GET /health\r\n\r\n', 400],
      ['a version that does not exist', raw('GET /health HTTP/9.9', host), 505],
      ['a header without a colon', raw('GET /health HTTP/1.1', host, 'nonsense'), 400],
      ['a header with a space in its name', raw('GET /health HTTP/1.1', host, 'a b: c'), 400],
      ['a NUL in a header', raw('GET /health HTTP/1.1', host, 'a: b\0c'), 400],
      ['a control character in the target', raw('GET /a\x01b HTTP/1.1', host), 400],
      ['one header that is too large', raw('GET /health HTTP/1.1', host, `a: ${'x'.repeat(20_000)}`), 431],
      ['a flood of headers', raw('GET /health HTTP/1.1', host, ...Array(20_000).fill('a: b')), 431],
    ] as const) {
      it(`${what} is ${status}`, async () => {
        const answer = await ask(Buffer.from(text, 'latin1'))
        assert.equal(answer.status, status)
        assert.equal(answer.headers.connection, 'close')
        assert.match(answer.body, /^\d{3} .*\n$/)
      })
    }

    it('gets its answer even while the client goes on sending', async () => {
      const connection = await openRaw(proxy.port)
      connection.send(`GET /health HTTP/1.1\r\n${host}\r\na: `)
      for (let piece = 0; piece < 20; piece++) connection.send('x'.repeat(10_000))
      assert.equal((await connection.answer()).status, 431)
      assert.equal(connection.received.split('HTTP/1.1 ').length, 2)
      await connection.ended
    })

    it('with more headers than there may be is 431, and passes over none silently', async () => {
      const filler = (length: number) => Array.from({ length }, () => 'a:')
      const last = await ask(raw('GET /health HTTP/1.1', host, ...filler(98), 'range: bytes=1-2'))
      assert.deepEqual([last.status, last.body], [206, 'in'])
      // Later versions of Node refuse this many headers by themselves.
      const isOldest = process.versions.node.startsWith('20.')
      const code = isOldest ? 'HEADERS_TOO_MANY' : '(?:HEADERS_TOO_MANY|HPE_HEADER_OVERFLOW)'
      for (const count of [99, 150, 2300]) {
        const answer = await ask(raw('GET /health HTTP/1.1', host, ...filler(count), 'range: bytes=1-2'))
        assert.deepEqual([answer.status, answer.headers.connection], [431, 'close'], `${count}`)
        assert.match(answer.body, new RegExp(`^431 .* \\[${code}, request [\\w-]+\\]\n$`))
        assert.match(String(proxy.access.at(-1)?.code), new RegExp(`^${code}$`))
      }
    })

    it('hides no second host behind thousands of small headers', async () => {
      const filler = Array.from({ length: 2300 }, () => 'a:')
      const answer = await ask(raw('GET /a HTTP/1.1', host, ...filler, 'host: evil.test'))
      assert.equal(answer.status, 431)
    })
  })

  describe('headers', () => {
    it('of cookies that are malformed are no session', async () => {
      for (const cookie of [
        '=',
        ';;;',
        's3proxy_session',
        's3proxy_session=%zz',
        's3proxy_session="',
        `s3proxy_session=${'A'.repeat(43)}`,
        `s3proxy_session=${'A'.repeat(4000)}`,
        '__proto__=x; constructor=y; s3proxy_session=../../etc',
        '\xff\xfe=\xfd',
      ]) {
        const answer = await ask(Buffer.from(raw('GET /a HTTP/1.1', host, `cookie: ${cookie}`), 'latin1'))
        assert.equal(answer.status, 302, cookie)
      }
    })

    it('that name a condition twice, at great length or in another alphabet are 400', async () => {
      const range = 'range: bytes=0-1'
      assert.equal((await ask(raw('GET /health HTTP/1.1', host, range, range))).status, 400)
      const long = `if-none-match: "${'x'.repeat(2000)}"`
      assert.equal((await ask(raw('GET /health HTTP/1.1', host, long))).status, 400)
      const foreign = Buffer.from(raw('GET /health HTTP/1.1', host, 'if-match: "\xe9"'), 'latin1')
      assert.equal((await ask(foreign)).status, 400)
    })

    it('pass an id on where that is safe', async () => {
      for (const [given, isKept] of [
        ['router-1234', true],
        ['a'.repeat(128), true],
        ['short', false],
        ['a'.repeat(129), false],
        ['<script>alert(1)</script>', false],
        ['{"level":"error"}', false],
      ] as const) {
        const answer = await ask(raw('GET /health HTTP/1.1', host, `x-request-id: ${given}`))
        assert.equal(answer.headers['x-request-id'] === given, isKept, given)
      }
      const twice = raw(
        'GET /health HTTP/1.1',
        host,
        'x-request-id: router-1234',
        'x-request-id: router-5678',
      )
      assert.match((await ask(twice)).headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/)
    })

    it("have the id of Cloud Foundry's router, before one that the client may have sent", async () => {
      const idFor = async (...headers: string[]) =>
        (await ask(raw('GET /health HTTP/1.1', host, ...headers))).headers['x-request-id']
      const vcap = 'x-vcap-request-id: 7a2c1f7e-router'
      assert.equal(await idFor(vcap), '7a2c1f7e-router')
      assert.equal(await idFor('x-request-id: client-1234', vcap), '7a2c1f7e-router')
      assert.equal(await idFor('x-request-id: client-1234', 'x-vcap-request-id: <b>'), 'client-1234')
      const tunnel = await ask(raw('CONNECT assets.test:443 HTTP/1.1', host, vcap))
      assert.equal(tunnel.headers['x-request-id'], '7a2c1f7e-router')
    })

    it('name the date once', async () => {
      for (const target of ['/health', '/a', '/%zz']) {
        const answer = await ask(raw(`GET ${target} HTTP/1.1`, host))
        assert.match(answer.headers.date ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, target)
      }
    })
  })

  it('cannot write lines of their own into the log', async () => {
    const target = `/a%0A%7B%22level%22:%22error%22%7D%7f%1b%5b31m`
    await ask(Buffer.from(raw(`GET ${target} HTTP/1.1`, host), 'latin1'))
    const line = proxy.access.at(-1)
    assert.equal(line?.path, target)
    assert.equal(line?.key, 'a\n{"level":"error"}\u007f\u001b[31m')
    assert.ok(proxy.log.every(({ msg }) => typeof msg === 'string'))
  })

  it('never make it answer 500', () => {
    for (const { access } of [proxy, canonical]) {
      assert.ok(access.length > 0)
      assert.deepEqual(
        access.filter(({ status }) => status === 500),
        [],
      )
    }
  })
})
