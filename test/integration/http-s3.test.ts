import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createHttpClient, type HttpClient } from '../helpers/clients/http-client.ts'
import { openRaw } from '../helpers/clients/raw-http.ts'
import type { LogLine } from '../helpers/proxy/log-lines.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import type { Misbehaviour, MisbehaviourScript } from '../helpers/s3/stand-in/misbehaviour.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'

describe('what S3 does, and what the client gets', () => {
  let s3: S3StandIn
  let sso: SsoStandIn
  let proxy: ProxyInProcess
  let client: HttpClient
  const running: ProxyInProcess[] = []

  /** Starts a proxy and signs its client in. */
  async function start(env: Record<string, string> = {}, where: S3StandIn = s3) {
    const started = await startProxyInProcess(
      { s3: where },
      {
        ...{ SSO_URL: sso.url, SSO_CLIENT_ID: sso.clientId, SSO_CLIENT_SECRET: sso.clientSecret },
        ...{ S3PROXY_S3_STALL_TIMEOUT_MS: '150', S3PROXY_S3_DEADLINE_MS: '2000' },
        ...env,
      },
    )
    running.push(started)
    const signedIn = createHttpClient()
    await signedIn.follow(`${started.origin}/text`)
    return { proxy: started, client: signedIn }
  }

  before(async () => {
    s3 = await startS3StandIn()
    sso = await startSsoStandIn()
    s3.put('health', { body: 'fine', contentType: 'text/plain' })
    s3.put('text', {
      body: 'the text',
      contentType: 'text/plain',
      headers: { 'x-amz-meta-owner': 'canary', 'cache-control': 'public, max-age=60, s-maxage=9' },
    })
    s3.put('page', { body: '<h1>page</h1>', contentType: 'text/html; charset=utf-8' })
    s3.put('large', { body: { sizeBytes: 3_000_000, seed: 7 } })
    const first = await start()
    proxy = first.proxy
    client = first.client
  })
  after(async () => {
    for (const one of running) await one.close()
    await sso.close()
    await s3.close()
  })
  beforeEach(() => s3.misbehave(null))

  const ask = (key = 'text', headers: Record<string, string> = {}, method = 'GET') =>
    client.request(`${proxy.origin}/${key}`, { method, headers })

  describe('an object', () => {
    it('comes with what S3 says of it and nothing else, private and unsniffed', async () => {
      const { status, headers, text } = await ask()
      assert.deepEqual([status, text], [200, 'the text'])
      const { etag, date, 'last-modified': modified, 'x-request-id': id, ...rest } = headers
      assert.ok(etag && date && modified && id)
      assert.deepEqual(rest, {
        'accept-ranges': 'bytes',
        'cache-control': 'private, max-age=60',
        connection: 'keep-alive',
        'cross-origin-resource-policy': 'same-site',
        'content-length': '8',
        'content-type': 'text/plain',
        'keep-alive': 'timeout=95',
        'x-content-type-options': 'nosniff',
      })
    })

    it('has a name in UTF-8, byte for byte, however its body arrives', async () => {
      const name = Buffer.from('attachment; filename="日本 café.pdf"').toString('latin1')
      const headers = { 'content-disposition': name, 'content-type': 'text/plain; charset=\xe9' }
      for (const key of ['named', 'named-large', 'named-empty']) {
        const body =
          { named: 'x', 'named-large': { sizeBytes: 3_000_000, seed: 1 }, 'named-empty': '' }[key] ?? ''
        s3.put(key, { body, headers })
        for (const method of ['GET', 'HEAD']) {
          // The head has to leave before the first byte of the body has come.
          const late = { cutAfterBytes: 0, how: 'stall' } as const
          if (key === 'named-large') s3.misbehave(({ ordinal }) => (ordinal === 1 ? late : undefined))
          const answer = await ask(key, {}, method)
          assert.deepEqual([answer.status, answer.headers['content-disposition']], [200, name], key)
          assert.equal(answer.headers['content-type'], headers['content-type'])
        }
      }
    })

    it('that can run script is sandboxed', async () => {
      assert.match(String((await ask('page')).headers['content-security-policy']), /^sandbox( |$)/)
    })

    it('says the same to HEAD as to GET', async () => {
      for (const [key, sent] of [
        ['text', {}],
        ['page', {}],
        ['large', {}],
        ['missing', {}],
        ['text', { range: 'bytes=4-' }],
        ['text', { range: 'bytes=9-' }],
        ['text', { 'if-none-match': '*' }],
        ['text', { 'if-match': '"other"' }],
      ] as [string, Record<string, string>][]) {
        const [get, head] = [await ask(key, sent), await ask(key, sent, 'HEAD')]
        assert.equal(head.status, get.status)
        assert.equal(head.text, '')
        for (const answer of [get, head]) {
          delete answer.headers.date
          delete answer.headers['x-request-id']
        }
        assert.deepEqual(head.headers, get.headers, `${key} ${JSON.stringify(sent)}`)
      }
    })

    it('comes in part, unchanged, or not at all, as S3 decides', async () => {
      const etag = (await ask()).headers.etag ?? ''
      const part = await ask('text', { range: 'bytes=4-' })
      assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, 'text', 'bytes 4-7/8'])
      assert.equal((await ask('text', { range: 'bytes=0-' })).status, 206)
      const same = await ask('text', { 'if-none-match': etag })
      assert.deepEqual([same.status, same.text, same.headers.etag], [304, '', etag])
      assert.equal(same.headers['content-length'], undefined)
      assert.equal((await ask('text', { 'if-match': '"other"' })).status, 412)
      const outside = await ask('text', { range: 'bytes=9-' })
      assert.deepEqual([outside.status, outside.headers['content-range']], [416, 'bytes */8'])
    })
  })

  describe('conditions', () => {
    /** Some servers answer an error to a header that they cannot read. */
    const strict: MisbehaviourScript = ({ headers }) => {
      const dates = [headers['if-modified-since'], headers['if-unmodified-since']]
      const etags = [headers['if-match'], headers['if-none-match']]
      const isRight =
        dates.every((date) => date === undefined || new Date(date).toUTCString() === date) &&
        etags.every(
          (etag) => etag === undefined || /^(?:\*|(?:W\/)?"[!#-~]*"(?:, (?:W\/)?"[!#-~]*")*)$/.test(etag),
        )
      return isRight ? undefined : { error: 501, code: 'NotImplemented' }
    }

    for (const method of ['GET', 'HEAD'])
      for (const [name, value, status] of [
        ['if-modified-since', 'garbage', 200],
        ['if-modified-since', '0', 200],
        ['if-modified-since', '', 200],
        ['if-modified-since', 'Tue, 01 Oct 2999 10:00:00 +0000', 200],
        ['if-modified-since', 'Tue, 31 Sep 2999 10:00:00 GMT', 200],
        ['if-unmodified-since', 'garbage', 200],
        ['if-unmodified-since', 'Saturday, 06-Nov-94 08:49:37 GMT', 412],
        ['if-unmodified-since', 'Sun Nov  6 08:49:37 1994', 412],
        ['if-none-match', 'garbage', 200],
        ['if-none-match', '"', 200],
        ['if-none-match', '', 200],
        ['if-none-match', '*', 304],
        ['if-match', 'garbage', 412],
        ['if-match', ',', 412],
        ['if-match', '', 200],
        ['if-match', '*', 200],
      ] as const)
        it(`${name}: ${value} makes ${method} a ${status}, whatever S3 makes of garbage`, async () => {
          s3.misbehave(strict)
          assert.equal((await ask('text', { [name]: value }, method)).status, status)
        })

    it('that are dates are passed over when they came twice', async () => {
      s3.misbehave(strict)
      const date = 'Tue, 01 Oct 2999 10:00:00 GMT'
      const raw = await openRaw(proxy.port)
      raw.send(
        `GET /health HTTP/1.1\r\nhost: h\r\nif-modified-since: ${date}\r\nif-modified-since: ${date}\r\n` +
          `if-unmodified-since: x\r\nif-unmodified-since: x\r\n\r\n`,
      )
      assert.equal((await raw.answer()).status, 200)
      raw.reset()
    })
  })

  describe('an object whose length S3 does not tell', () => {
    it('is sent chunked, and its bytes are counted', async () => {
      s3.misbehave({ chunkedBody: true })
      const { status, headers, text } = await ask()
      assert.deepEqual([status, text], [200, 'the text'])
      assert.equal(headers['content-length'], undefined)
      assert.equal(headers['transfer-encoding'], 'chunked')
      const { bytes, outcome } = await proxy.logged(
        (line) => line.msg === 'request' && line.requestId === headers['x-request-id'],
      )
      assert.deepEqual([bytes, outcome], [8, 'complete'])
      const head = await ask('text', {}, 'HEAD')
      assert.deepEqual([head.status, head.headers['content-length']], [200, undefined])
      assert.equal((await ask('text', { range: 'bytes=4-' })).text, 'text')
    })

    it('never ends cleanly when it is not whole', async () => {
      s3.misbehave({ chunkedBody: true, noEtag: true, cutAfterBytes: 1_000_000, how: 'fin' })
      const open = await start({ AWS_S3_HEALTHCHECK_KEY: 'large' })
      const raw = await openRaw(open.proxy.port)
      raw.send('GET /large HTTP/1.1\r\nhost: h\r\n\r\n')
      assert.equal(await raw.ended, 'reset')
      assert.match(raw.received, /^HTTP\/1\.1 200 /)
      assert.doesNotMatch(raw.received, /\r\n0\r\n/)
    })
  })

  describe('an object that S3 does not give', () => {
    it('is told of by the name of the error, and nothing is said of the endpoint', async () => {
      for (const method of ['GET', 'HEAD']) {
        s3.misbehave({ error: 400, code: 'KMS.DisabledException' })
        assert.equal((await ask('text', {}, method)).status, 403)
      }
      const isAbout = (line: LogLine) => line.msg.includes('KMS.DisabledException')
      const line = await proxy.logged(isAbout)
      assert.equal(line.code, 'OBJECT_DENIED')
      assert.doesNotMatch(line.msg, /endpoint|AccessDenied/)
      assert.equal(proxy.log.filter(isAbout).length, 1)
    })

    it('is to be asked for again when S3 says so', async () => {
      s3.misbehave({ error: 503, code: 'SlowDown', extraHeaders: { 'retry-after': '30' } })
      const { status, headers } = await ask()
      assert.deepEqual([status, headers['retry-after']], [503, '30'])
    })
  })

  describe('a status', () => {
    const rows: [string, Misbehaviour, number, string][] = [
      ['AccessDenied', { error: 403, code: 'AccessDenied' }, 403, 'OBJECT_DENIED'],
      ['an unknown key id', { error: 403, code: 'InvalidAccessKeyId' }, 502, 'S3_CREDENTIALS'],
      ['a wrong signature', { error: 403, code: 'SignatureDoesNotMatch' }, 502, 'S3_CREDENTIALS'],
      ['a clock that is off', { error: 403, code: 'RequestTimeTooSkewed' }, 502, 'S3_CREDENTIALS'],
      ['an expired token', { error: 400, code: 'ExpiredToken' }, 502, 'S3_CREDENTIALS'],
      ['no such bucket', { error: 404, code: 'NoSuchBucket' }, 502, 'S3_BUCKET_MISSING'],
      ['another region', { redirect: 301, location: 'http://127.0.0.1:9/' }, 502, 'S3_BAD_ANSWER'],
      ['a redirect', { redirect: 307, location: 'http://127.0.0.1:9/' }, 502, 'S3_BAD_ANSWER'],
      ['500', { error: 500, code: 'InternalError' }, 502, 'S3_UNAVAILABLE'],
      ['SlowDown', { error: 503, code: 'SlowDown' }, 503, 'S3_SLOW_DOWN'],
      ['a page of a load balancer', { htmlError: 502 }, 502, 'S3_UNAVAILABLE'],
      ['no HTTP', { rawHead: 'SSH-2.0-OpenSSH_9.6\r\n\r\n' }, 502, 'S3_BAD_ANSWER'],
      ['half a head', { rawHead: 'HTTP/1.1 200 OK\r\ncontent-le' }, 502, 'S3_UNAVAILABLE'],
      ['a head without end', { hugeHead: true }, 502, 'S3_BAD_ANSWER'],
      ['no length and no end', { rawHead: 'HTTP/1.1 200 OK\r\n\r\nthe text' }, 502, 'S3_BAD_ANSWER'],
      ['a reset', { resetBeforeHead: true }, 502, 'S3_UNAVAILABLE'],
      ['a closed connection', { closeBeforeHead: true }, 502, 'S3_UNAVAILABLE'],
      ['silence', { stallBeforeHead: true }, 504, 'S3_TIMEOUT'],
    ]
    for (const [what, misbehaviour, status, code] of rows) {
      it(`${status} ${code} is the answer to ${what}, in words of our own`, async () => {
        s3.misbehave(misbehaviour)
        const one = await start({}, s3).catch((error: unknown) => assert.fail(String(error)))
        const page = await one.client.request(`${one.proxy.origin}/text`, {
          headers: { accept: 'text/html' },
        })
        const line = await one.client.request(`${one.proxy.origin}/text`)
        for (const answer of [page, line]) {
          assert.equal(answer.status, status)
          assert.equal(answer.headers['cache-control'], 'no-store')
          assert.equal(answer.headers['referrer-policy'], 'no-referrer')
          assert.equal(answer.headers['retry-after'] !== undefined, status === 503)
          assert.ok(answer.text.includes(answer.headers['x-request-id'] as string))
          assert.doesNotMatch(answer.text, /127\.0\.0\.1|test-bucket|AKIA|HostId|<Error>|OpenSSH/)
        }
        assert.match(page.text, /^<!doctype html>/)
        assert.match(line.text, new RegExp(`^${status} .*\\[${code}, request .*\\]\\n$`))
        assert.equal(one.proxy.access.at(-1)?.code, code)
        assert.ok(one.proxy.access.every((access) => access.status !== 500))
      })
    }

    it('403 is the answer to a key that does not exist where listing is not allowed, with one warning', async (t) => {
      const strict = await startS3StandIn({ mayList: false })
      t.after(() => strict.close())
      const one = await start({}, strict)
      for (const method of ['GET', 'HEAD', 'GET']) {
        assert.equal((await one.client.request(`${one.proxy.origin}/missing`, { method })).status, 403)
      }
      assert.equal(one.proxy.log.filter(({ msg }) => msg.includes('s3:ListBucket')).length, 1)
    })

    it('404 is the answer to a key that does not exist, also to HEAD', async () => {
      assert.equal((await ask('missing')).status, 404)
      assert.equal((await ask('missing', {}, 'HEAD')).status, 404)
    })

    it('502 is the answer to an S3 that is not there, 504 to one that does not take connections', async () => {
      const gone = await start({ AWS_S3_ENDPOINT: 'http://127.0.0.1:9/bucket/' })
      assert.equal((await gone.client.request(`${gone.proxy.origin}/text`)).status, 502)
      const unknown = await start({ AWS_S3_ENDPOINT: 'http://s3.invalid/bucket/' })
      assert.equal((await unknown.client.request(`${unknown.proxy.origin}/text`)).status, 502)
    })

    it('503 is the answer when all connections stay in use', async (t) => {
      const one = await start({
        S3PROXY_S3_MAX_CONNECTIONS: '1',
        S3PROXY_S3_DEADLINE_MS: '300',
      })
      s3.put('huge', { body: { sizeBytes: 64 << 20, seed: 9 } })
      const blocking = await openRaw(one.proxy.port, { readsNothing: true })
      t.after(() => blocking.socket.destroy())
      const cookie = one.client.jar.header('127.0.0.1', '/huge')
      const seen = s3.requestCount
      blocking.send(`GET /huge HTTP/1.1\r\nhost: 127.0.0.1:${one.proxy.port}\r\ncookie: ${cookie}\r\n\r\n`)
      await s3.requestsReach(seen + 1)
      const answer = await one.client.request(`${one.proxy.origin}/text`)
      assert.deepEqual([answer.status, one.proxy.access.at(-1)?.code], [503, 'S3_BUSY'])
    })
  })

  describe('a body that breaks off and cannot be continued', () => {
    for (const [what, misbehaviour] of [
      ['resets', { cutAfterBytes: 200_000, how: 'reset', noEtag: true }],
      ['ends early', { cutAfterBytes: 200_000, how: 'fin', noEtag: true }],
      ['stalls', { cutAfterBytes: 200_000, how: 'stall', noEtag: true }],
      ['ends before its first byte', { cutAfterBytes: 0, how: 'reset', noEtag: true }],
    ] as const) {
      it(`resets the client's connection when S3 ${what}`, async () => {
        const one = await start()
        s3.misbehave(misbehaviour)
        const cookie = one.client.jar.header('127.0.0.1', '/large')
        const connection = await openRaw(one.proxy.port)
        connection.send(
          `GET /large HTTP/1.1\r\nhost: 127.0.0.1:${one.proxy.port}\r\ncookie: ${cookie}\r\n\r\n`,
        )
        assert.equal(await connection.ended, 'reset')
        assert.ok(connection.received.length < 3_000_000)
        const line = await one.proxy.logged(({ msg, path }) => msg === 'request' && path === '/large')
        assert.deepEqual([line.status, line.outcome], [200, 'cut'])
        assert.ok(Number(line.bytes) <= 200_000)
        await one.proxy.logged(({ level, msg }) => level === 'warn' && msg.startsWith('a body was cut'))
      })
    }

    it('does so when the object was replaced meanwhile', async () => {
      const one = await start()
      s3.misbehave(({ ordinal }) =>
        ordinal === 1
          ? { cutAfterBytes: 100_000, how: 'reset' }
          : { replaceObject: { sizeBytes: 3_000_000, seed: 8 } },
      )
      const cookie = one.client.jar.header('127.0.0.1', '/large')
      const connection = await openRaw(one.proxy.port)
      connection.send(`GET /large HTTP/1.1\r\nhost: 127.0.0.1:${one.proxy.port}\r\ncookie: ${cookie}\r\n\r\n`)
      assert.equal(await connection.ended, 'reset')
      const line = await one.proxy.logged(({ msg, path }) => msg === 'request' && path === '/large')
      assert.equal(line.outcome, 'cut')
    })
  })
})
