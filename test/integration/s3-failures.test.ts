import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { errorStatus, S3ProxyError } from '../../src/errors.ts'
import { createCredentialSource } from '../../src/s3/credentials.ts'
import { createBucketClient, readAll } from '../helpers/clients/bucket-client.ts'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'
import { startRawServer } from '../helpers/network/raw-server.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { Misbehaviour } from '../helpers/s3/stand-in/misbehaviour.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const secretAccessKey = 'canary+Secret/AccessKey0123456789abcdefgh'
const sessionToken = 'canarySessionToken//0123456789=='
const own = { secretAccessKey, sessionToken }

describe('failures of S3', { timeout: 120_000 }, () => {
  let s3: S3StandIn
  before(async () => {
    s3 = await startS3StandIn(own)
    s3.put('key', { body: 'hello world' })
  })
  after(() => s3.close())
  afterEach(() => s3.misbehave(null))

  /** Asserts how opening an object fails, and that the failure holds no secret. */
  async function failsWith(
    opening: Promise<unknown>,
    status: number,
    message: RegExp = /./,
  ): Promise<S3ProxyError> {
    let failure: unknown
    await assert.rejects(opening, (error) => {
      failure = error
      return true
    })
    assert.ok(failure instanceof S3ProxyError, inspect(failure))
    assert.equal(errorStatus[failure.code], status, failure.message)
    assert.match(failure.message, message)
    const all = inspect(failure, { depth: 20, showHidden: true })
    assert.ok(!all.includes(secretAccessKey) && !all.includes(sessionToken), 'a secret is told')
    assert.ok(!/Signature=[0-9a-f]/.test(all), 'a signature is told')
    return failure
  }

  const rows: [string, Misbehaviour, number, RegExp, tries: number][] = [
    ['SlowDown', { error: 503, code: 'SlowDown' }, 503, /SlowDown/, 3],
    ['500', { error: 500 }, 502, /500 InternalError/, 3],
    ['a page of a load balancer', { htmlError: 502 }, 502, /502 without/, 3],
    ['a page that says 404', { htmlError: 404 }, 502, /s3\.endpoint/, 1],
    ['a redirect', { redirect: 301 }, 502, /s3\.region/, 1],
    ['a temporary redirect', { redirect: 307 }, 502, /s3\.region/, 1],
    ['a wrong signature', { error: 403, code: 'SignatureDoesNotMatch' }, 502, /secretAccessKey/, 1],
    ['an unknown key id', { error: 403, code: 'InvalidAccessKeyId' }, 502, /accessKeyId/, 1],
    ['a clock that is wrong', { error: 403, code: 'RequestTimeTooSkewed' }, 502, /clock/, 1],
    ['an expired token', { error: 400, code: 'ExpiredToken' }, 502, /expired/, 1],
    ['another region', { error: 400, code: 'AuthorizationHeaderMalformed' }, 502, /s3\.region/, 1],
    ['no such bucket', { error: 404, code: 'NoSuchBucket' }, 502, /bucket/, 1],
    ['garbage', { rawHead: 'hello\r\n\r\n' }, 502, /not HTTP/, 3],
    ['another protocol', { rawHead: 'SSH-2.0-OpenSSH_9.2\r\n' }, 502, /before answering/, 3],
    ['a huge head', { hugeHead: true }, 502, /too large/, 3],
    [
      'no length and no sign of its end',
      { rawHead: 'HTTP/1.1 200 OK\r\n\r\nhello world' },
      502,
      /content-length/,
      3,
    ],
    ['a reset', { resetBeforeHead: true }, 502, /ECONNRESET/, 3],
    ['an end', { closeBeforeHead: true }, 502, /before answering/, 3],
    [
      '304 without a condition',
      { rawHead: 'HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n' },
      502,
      /304/,
      3,
    ],
    [
      '206 without a range',
      { rawHead: 'HTTP/1.1 206 P\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx' },
      502,
      /range/,
      3,
    ],
  ]
  for (const [what, wrong, status, message, tries] of rows) {
    for (const method of ['GET', 'HEAD'] as const) {
      it(`becomes ${status} for ${method} after ${tries} tries: ${what}`, async (t) => {
        const bucket = createBucketClient(t, s3)
        const count = s3.requestCount
        s3.misbehave(wrong)
        // An answer to HEAD has no text with a reason, and needs no length.
        if (method === 'HEAD' && /no length|206/.test(what)) return
        await failsWith(bucket.open('key', { method }), status, method === 'GET' ? message : /./)
        if (method === 'GET') assert.equal(s3.requestCount - count, tries)
        assert.equal(bucket.blocks.lentBytes, 0)
      })
    }
  }

  for (const [what, wrong] of Object.entries({
    'is not the one asked for': { wrongContentRange: true },
    'is shorter than its length': { contentLength: 2 },
    'is longer than its length': { contentLength: -2 },
  })) {
    it(`becomes 502 after 3 tries: a range that ${what}`, async (t) => {
      const bucket = createBucketClient(t, s3)
      s3.misbehave(wrong)
      await failsWith(bucket.open('key', { conditions: { range: 'bytes=2-6' } }), 502, /range/)
      assert.equal(bucket.retries.length, 2)
    })
  }

  it('is not seen when another try does better', async (t) => {
    for (const wrong of rows.filter(([, , , , tries]) => tries > 1).map(([, wrong]) => wrong)) {
      const bucket = createBucketClient(t, s3)
      s3.misbehave(({ ordinal }) => (ordinal === 1 ? wrong : undefined))
      const { body } = await bucket.get('key')
      assert.equal((await readAll(body)).toString(), 'hello world')
      assert.equal(bucket.retries.length, 1)
    }
  })

  it('is 404 for a key that is not there or too long, with GET and with HEAD', async (t) => {
    const bucket = createBucketClient(t, s3)
    for (const method of ['GET', 'HEAD'] as const)
      for (const key of ['absent', 'x'.repeat(1025)])
        assert.equal((await bucket.open(key, { method })).kind, 'not-found')
  })

  it('is 403 where the keys may not list, with GET and with HEAD', async (t) => {
    const strict = await startS3StandIn({ mayList: false })
    t.after(() => strict.close())
    const bucket = createBucketClient(t, strict)
    for (const method of ['GET', 'HEAD'] as const)
      assert.equal((await bucket.open('absent', { method })).kind, 'denied')
  })

  it('is about the object, with GET and with HEAD, where S3 has a reason of its own', async (t) => {
    for (const [status, code, kind] of [
      [400, 'KMS.DisabledException', 'denied'],
      [403, 'InvalidObjectState', 'denied'],
      [400, 'InvalidRequest', 'denied'],
      [400, 'SomethingNew', 'denied'],
      [405, 'MethodNotAllowed', 'not-found'],
      [400, 'InvalidArgument', 'not-found'],
      [410, 'SomethingNew', 'not-found'],
    ] as const) {
      s3.misbehave({ error: status, code })
      for (const method of ['GET', 'HEAD'] as const)
        for (const conditions of [{}, { range: 'bytes=0-2' }, { 'if-none-match': '"x"' }]) {
          const bucket = createBucketClient(t, s3)
          const result = await bucket.open('key', { method, conditions })
          assert.equal(result.kind, kind, `${method} ${code}`)
          const { s3Code, message } = ('refusal' in result && result.refusal) || {}
          if (kind === 'denied') assert.equal(s3Code, code)
          assert.doesNotMatch(message ?? '', /endpoint/)
          assert.equal(bucket.retries.length, 0)
        }
    }
  })

  it('is about pace where a 400 says so, with GET and with HEAD, and asks again', async (t) => {
    for (const code of ['KMS.ThrottlingException', 'RequestThrottled', 'TooManyRequestsException'])
      for (const method of ['GET', 'HEAD'] as const) {
        const bucket = createBucketClient(t, s3)
        s3.misbehave({ error: 400, code })
        await failsWith(bucket.open('key', { method }), 503, new RegExp(code))
        assert.equal(bucket.retries.length, 2)
      }
  })

  it('waits as long as S3 wants it, and says so where that is too long', async (t) => {
    const bucket = createBucketClient(t, s3)
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { error: 503, code: 'SlowDown', extraHeaders: { 'retry-after': '1' } } : undefined,
    )
    const startedMs = performance.now()
    await readAll((await bucket.get('key')).body)
    assert.ok(performance.now() - startedMs >= 990)
    s3.misbehave({ error: 503, code: 'SlowDown', extraHeaders: { 'retry-after': '30' } })
    const count = s3.requestCount
    assert.equal((await failsWith(bucket.open('key'), 503)).retryAfterSeconds, 30)
    assert.equal(s3.requestCount - count, 1)
  })

  it('is 502 where HEAD is refused and GET is not, also for an empty object', async (t) => {
    s3.put('empty', { body: '' })
    s3.misbehave(({ method }) => (method === 'HEAD' ? { error: 403, code: 'AccessDenied' } : undefined))
    for (const key of ['key', 'empty'])
      await failsWith(createBucketClient(t, s3).open(key, { method: 'HEAD' }), 502, /403 to HEAD/)
  })

  it('is 502 for wrong keys of our own, whatever the method', async (t) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const wrong = createBucketClient(t, { ...s3, secretAccessKey: `${secretAccessKey}x` })
      assert.equal((await failsWith(wrong.open('key', { method }), 502, /Signature/)).code, 'S3_CREDENTIALS')
    }
  })

  it('asks for other credentials when S3 says that those of a role have expired, in a body too', async (t) => {
    let renewals = 0
    const valid = { accessKeyId: s3.accessKeyId, ...own }
    const role = async () => async (options?: { forceRefresh?: boolean }) => {
      if (options?.forceRefresh === true) renewals++
      return renewals === 0 ? { ...valid, sessionToken: 'expired' } : valid
    }
    const credentials = createCredentialSource({ region: s3.region }, role)
    const bucket = createBucketClient(t, s3, { credentials })
    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { error: 400, code: 'ExpiredToken' } : undefined))
    assert.equal((await readAll((await bucket.get('key')).body)).toString(), 'hello world')
    assert.equal(renewals, 1)
    s3.put('large', { body: { sizeBytes: 300_000, seed: 1 } })
    s3.misbehave(({ ordinal }) =>
      ordinal === 1
        ? { cutAfterBytes: 100_000 }
        : ordinal === 2
          ? { error: 400, code: 'ExpiredToken' }
          : undefined,
    )
    const { body } = await bucket.get('large')
    assert.equal((await readAll(body)).equals(generatedBytes(1, 0, 300_000)), true)
  })

  it('is 504 when the credentials do not come, and the client may leave meanwhile', async (t) => {
    const credentials = { get: () => new Promise<never>(() => {}), renew: () => true }
    const bucket = createBucketClient(t, s3, { credentials, deadlineMs: 50 })
    await failsWith(bucket.open('key'), 504, /credential/)
    const patient = createBucketClient(t, s3, { credentials })
    const leaving = new AbortController()
    const left = assert.rejects(patient.open('key', { signal: leaving.signal }))
    leaving.abort()
    await left
  })

  it('tries again when the error itself breaks off', async (t) => {
    const server = await startRawServer(t, (socket, _, ordinal) => {
      const xml = '<Error><Code>NoSuchKey</Code></Error>'
      const sent = ordinal === 1 ? xml.slice(0, 20) : xml
      socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${xml.length}\r\n\r\n${sent}`)
    })
    const bucket = createBucketClient(t, at(server.port))
    assert.equal((await bucket.open('key')).kind, 'not-found')
    assert.equal(bucket.retries.length, 1)
  })

  it('is 504 when S3 sends an error without end, at the deadline', async (t) => {
    const server = await startRawServer(t, (socket) => {
      socket.write('HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n')
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 5)
      socket.once('close', () => clearInterval(timer))
    })
    await failsWith(createBucketClient(t, at(server.port), { deadlineMs: 100 }).open('key'), 504)
  })

  it('is 504 when S3 is silent, after all tries or at the deadline', async (t) => {
    s3.misbehave({ stallBeforeHead: true })
    const three = createBucketClient(t, s3, { stallTimeoutMs: 40 })
    await failsWith(three.open('key'), 504, /within 40 ms/)
    assert.equal(three.retries.length, 2)
    await failsWith(createBucketClient(t, s3, { deadlineMs: 60 }).open('key'), 504)
    await s3.connectionsBelow(1)
  })

  it('is 504 when S3 does not let itself be connected to', async (t) => {
    // The server never answers TLS, and a connection without its handshake is not connected.
    const { port } = await listenOnLoopback(
      createServer((socket) => socket.on('error', () => {})),
      t,
    )
    const address = { ...at(port), endpoint: `https://localhost:${port}/bucket/` }
    const bucket = createBucketClient(t, address, { connectTimeoutMs: 40 })
    await failsWith(bucket.open('key'), 504, /no connection to S3 within 40 ms/)
    assert.equal(bucket.pool.usage.open, 0)
  })

  it('is 502 when S3 refuses connections, has no address, or speaks no TLS', async (t) => {
    const closed = await startRawServer(t, () => {})
    for (const [endpoint, message] of [
      ['http://127.0.0.1:1/bucket/', /ECONNREFUSED/],
      ['http://no-such-host.invalid/bucket/', /ENOTFOUND|EAI_AGAIN/],
      [
        `https://localhost:${s3.port}/bucket/`,
        /^no connection to S3: wrong version number: check s3\.endpoint .*$/,
      ],
    ] as const)
      await failsWith(createBucketClient(t, { ...at(closed.port), endpoint }).open('key'), 502, message)
  })

  it('is 503 when all connections stay in use, and waits for one before that', async (t) => {
    s3.put('large', { body: { sizeBytes: 50_000_000, seed: 1 } })
    const bucket = createBucketClient(t, s3, { maxConnections: 1, deadlineMs: 1000 })
    const held = await bucket.get('large')
    await failsWith(bucket.open('key'), 503, /s3\.maxConnections/)
    const patient = createBucketClient(t, s3, { maxConnections: 1 })
    const first = await patient.get('large')
    const next = patient.get('key')
    first.body.cancel()
    assert.equal((await readAll((await next).body)).toString(), 'hello world')
    held.body.cancel()
  })

  it('shares one deadline between waiting, connecting and answering', async (t) => {
    const bucket = createBucketClient(t, s3, { maxConnections: 1, deadlineMs: 400, maxAttempts: 1 })
    s3.put('large', { body: { sizeBytes: 50_000_000, seed: 1 } })
    const held = await bucket.get('large')
    s3.misbehave({ stallBeforeHead: true })
    const failing = failsWith(bucket.open('key'), 504)
    setTimeout(() => held.body.cancel(), 250)
    const { message } = await failing
    // The answer has what is left of 400 ms.
    assert.ok(Number(/within (\d+) ms/.exec(message)?.[1]) < 200, message)
  })

  it('asks no more than one and a half times as often as it is asked, when everything fails', async (t) => {
    const bucket = createBucketClient(t, s3, { random: () => 0 })
    s3.misbehave({ error: 500 })
    const count = s3.requestCount
    for (let round = 0; round < 200; round++) await failsWith(bucket.open('key'), 502)
    const asked = s3.requestCount - count
    assert.ok(asked >= 300 && asked <= 311, `${asked} requests`)
  })

  it('goes to another connection where S3 had closed those that were kept', async (t) => {
    const bucket = createBucketClient(t, s3)
    for (let round = 0; round < 30; round++) {
      s3.misbehave({ closeAfterResponse: true })
      const { body } = await bucket.get('key')
      assert.equal((await readAll(body)).toString(), 'hello world')
    }
    assert.equal(bucket.retries.length, 0)
  })

  it('does not go on for ever where S3 closes each connection at its second request', async (t) => {
    const served = new WeakSet<Socket>()
    const server = await startRawServer(t, (socket) => {
      if (served.has(socket)) socket.destroy()
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      served.add(socket)
    })
    const bucket = createBucketClient(t, at(server.port))
    for (let round = 0; round < 20; round++) {
      const all = await Promise.all([1, 2, 3, 4, 5, 6].map(() => bucket.get('key')))
      for (const { body } of all) assert.equal((await readAll(body)).toString(), 'ok')
    }
  })

  it('frees the connection when a client leaves before the head, wherever the request is', async (t) => {
    const bucket = createBucketClient(t, s3, { maxConnections: 1 })
    s3.misbehave({ stallBeforeHead: true })
    const leaving = new AbortController()
    const count = s3.requestCount
    const opening = [1, 2].map(() => assert.rejects(bucket.open('key', { signal: leaving.signal })))
    await s3.requestsReach(count + 1)
    leaving.abort()
    await Promise.all(opening)
    await s3.connectionsBelow(1)
    assert.deepEqual(bucket.pool.usage, { open: 0, idle: 0, waiting: 0 })
  })

  function at(port: number) {
    return {
      ...{ endpoint: `http://127.0.0.1:${port}/bucket/`, region: s3.region },
      ...{ accessKeyId: s3.accessKeyId, secretAccessKey, sessionToken },
    }
  }
})
