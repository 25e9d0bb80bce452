import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { askRaw, openRaw, type RawConnection } from '../helpers/clients/raw-http.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const get = (target = '/health', headers = '') => `GET ${target} HTTP/1.1\r\nhost: a.test\r\n${headers}\r\n`

describe('the connections of clients', () => {
  let s3: S3StandIn
  let proxy: ProxyInProcess
  const open: RawConnection[] = []
  const connect = async (port = proxy.port, options = {}) => {
    const connection = await openRaw(port, options)
    open.push(connection)
    return connection
  }

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('health', { body: 'fine', contentType: 'text/plain' })
    proxy = await startProxyInProcess(
      { s3 },
      {
        S3PROXY_SERVER_HEADERS_TIMEOUT_MS: '400',
        S3PROXY_S3_STALL_TIMEOUT_MS: '60000',
        S3PROXY_S3_DEADLINE_MS: '60000',
      },
    )
  })
  after(async () => {
    for (const { socket } of open) socket.destroy()
    await proxy.close()
    await s3.close()
  })
  beforeEach(() => s3.misbehave(null))

  /** Does some work. @returns its access lines */
  async function accessOf(count: number, work: () => Promise<void>) {
    const before = proxy.access.length
    await work()
    return (await proxy.accessReach(before + count)).slice(before)
  }

  describe('pipelined requests', () => {
    it('are answered in their order, one request to S3 at a time', async () => {
      let current = 0
      let most = 0
      s3.misbehave(() => {
        current = s3.requests.filter(({ outcome }) => outcome === 'open').length
        most = Math.max(most, current)
        return { headDelayMs: 20 }
      })
      const connection = await connect()
      connection.send(
        get() + get('/nothing?x', 'sec-fetch-mode: cors\r\n') + get().replace('GET', 'HEAD') + get(),
      )
      const answers = await connection.answers(4, ['GET', 'GET', 'HEAD', 'GET'])
      assert.deepEqual(
        answers.map(({ status, body }) => [status, body.slice(0, 4)]),
        [
          [200, 'fine'],
          [401, '401 '],
          [200, ''],
          [200, 'fine'],
        ],
      )
      assert.equal(most, 1)
    })

    it('beyond any sense end the connection, and each that was taken has its line', async () => {
      s3.misbehave({ stallBeforeHead: true })
      const connection = await connect()
      const lines = await accessOf(257, async () => {
        connection.send(get().repeat(400))
        await connection.ended
      })
      assert.ok(lines.every(({ status, outcome }) => status === 499 && outcome === 'aborted'))
      await s3.requestsSettled()
    })

    it('are read no faster than they are answered, however many they are', async () => {
      s3.misbehave({ headDelayMs: 1 })
      const connection = await connect()
      const long = `a: ${'x'.repeat(15_000)}\r\n`
      // Reading so many at once would end the connection.
      connection.send(get('/health', long).repeat(300))
      const answers = await connection.answers(300)
      assert.ok(answers.every(({ status, body }) => status === 200 && body === 'fine'))
      connection.send(get())
      await connection.answers(301)
    })

    it('do not hide that their client has left', async () => {
      s3.misbehave({ stallBeforeHead: true })
      const count = s3.requestCount
      const connection = await connect()
      const lines = await accessOf(3, async () => {
        connection.send(get().repeat(3))
        await s3.requestsReach(count + 1)
        connection.reset()
      })
      assert.ok(lines.every(({ status }) => status === 499))
      await s3.requestsSettled()
    })

    it('are dropped behind one whose answer ends the connection', async () => {
      const connection = await connect()
      const lines = await accessOf(2, async () => {
        const behind = get('/health', 'x-request-id: second-one\r\n')
        connection.send(`${get('/health', 'content-length: 5\r\n')}hello${behind}`)
        assert.equal(await connection.ended, 'fin')
      })
      assert.equal((await connection.answers(1))[0]?.headers.connection, 'close')
      assert.deepEqual(
        lines.map(({ status, route }) => [status, route]),
        [
          [200, 'healthcheck'],
          [499, 'dropped'],
        ],
      )
      assert.equal(lines[1]?.requestId, 'second-one')
    })

    it('are logged by nothing but their path when they are dropped', async () => {
      const targets = [
        '/a%20b?password=hunter2',
        'http://jo:hunter2@host.example/a?password=hunter2',
        'http://host.example/c?password=hunter2',
        'http://host.example?password=hunter2',
      ]
      const connection = await connect()
      const lines = await accessOf(1 + targets.length, async () => {
        const behind = targets.map((target) => get(target)).join('')
        connection.send(`${get('/health', 'content-length: 5\r\n')}hello${behind}`)
        await connection.ended
      })
      assert.deepEqual(
        lines.slice(1).map(({ route, path }) => [route, path]),
        [
          ['dropped', '/a%20b'],
          ['dropped', ''],
          ['dropped', '/c'],
          ['dropped', '/'],
        ],
      )
    })
  })

  describe('what is no request behind one that is', () => {
    it('gets its 400 after the answer under way, which stays whole', async () => {
      s3.misbehave({ headDelayMs: 50 })
      const connection = await connect()
      const lines = await accessOf(2, async () => {
        connection.send(`${get()}\x00\x01 rubbish\r\n\r\n`)
        const [first, second] = await connection.answers(2)
        assert.deepEqual([first?.status, first?.body], [200, 'fine'])
        assert.equal(second?.status, 400)
        assert.equal(second?.headers.connection, 'close')
        assert.equal(await connection.ended, 'fin')
      })
      assert.deepEqual(
        lines.map(({ status }) => status),
        [200, 400],
      )
    })

    it('does the same for a CONNECT', async () => {
      s3.misbehave({ headDelayMs: 50 })
      const connection = await connect()
      connection.send(`${get()}CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n`)
      const answers = await connection.answers(2)
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 405],
      )
    })
  })

  describe('CONNECT', () => {
    it('is 405, and a reset right after it harms nobody', async () => {
      const connection = await connect()
      connection.send('CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n')
      assert.equal((await connection.answer()).status, 405)
      connection.reset()
      const other = await connect()
      other.send('CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n')
      other.reset()
      assert.equal((await askRaw(proxy.port, get())).status, 200)
    })
  })

  describe('slow clients', () => {
    it('that never finish a head get 408', async () => {
      const connection = await connect()
      connection.send('GET /health HTTP/1.1\r\nhost: a.t')
      const answer = await connection.answer()
      assert.equal(answer.status, 408)
      assert.match(answer.headers['x-request-id'] ?? '', /^[\w-]{36}$/)
    })

    it('that never say a word are closed without an answer or a line', async () => {
      const before = proxy.access.length
      const connection = await connect()
      await connection.ended
      assert.equal(connection.received, '')
      assert.equal(proxy.access.length, before)
    })

    it('that take no byte for so long are cut, which the client sees', async (t) => {
      s3.put('health', { body: { sizeBytes: 64 * 1024 * 1024, seed: 3 } })
      const slow = await startProxyInProcess({ s3 }, { S3PROXY_SERVER_SEND_TIMEOUT_MS: '300' })
      t.after(async () => {
        s3.put('health', { body: 'fine', contentType: 'text/plain' })
        await slow.close()
      })
      const connection = await connect(slow.port, { readsNothing: true })
      connection.send(get())
      const line = await slow.logged(({ msg }) => msg === 'request')
      assert.deepEqual([line.status, line.outcome, line.code], [200, 'cut', 'SEND_TIMEOUT'])
      assert.ok(Number(line.bytes) < 64 * 1024 * 1024)
      connection.socket.resume()
      assert.equal(await connection.ended, 'reset')
      await s3.requestsSettled()
    })

    it('are not blamed for an S3 that is slow', async (t) => {
      const slow = await startProxyInProcess({ s3 }, { S3PROXY_SERVER_SEND_TIMEOUT_MS: '100' })
      t.after(() => slow.close())
      s3.misbehave({ headDelayMs: 700 })
      const answer = await askRaw(slow.port, get())
      assert.deepEqual([answer.status, answer.body], [200, 'fine'])
    })
  })

  describe('clients that leave', () => {
    it('before the head: S3 is left at once, and the line says 499', async () => {
      s3.misbehave({ stallBeforeHead: true })
      const count = s3.requestCount
      const connection = await connect()
      const [line] = await accessOf(1, async () => {
        connection.send(get())
        await s3.requestsReach(count + 1)
        connection.socket.destroy()
      })
      assert.deepEqual([line?.status, line?.outcome, line?.bytes], [499, 'aborted', 0])
      await s3.requestsSettled()
    })

    it('while S3 is silent within the body: S3 is left at once', async (t) => {
      t.after(() => s3.put('health', { body: 'fine', contentType: 'text/plain' }))
      s3.put('health', { body: { sizeBytes: 1_000_000, seed: 1 } })
      s3.misbehave({ cutAfterBytes: 1000, how: 'stall' })
      const connection = await connect()
      const [line] = await accessOf(1, async () => {
        connection.send(get())
        await connection.until((received) => received.length > 1000)
        connection.reset()
      })
      assert.deepEqual([line?.status, line?.outcome, line?.bytes], [200, 'aborted', 1000])
      await s3.requestsSettled()
    })

    it('while they read nothing: S3 is left at once', async (t) => {
      t.after(() => s3.put('health', { body: 'fine', contentType: 'text/plain' }))
      s3.put('health', { body: { sizeBytes: 64 * 1024 * 1024, seed: 2 } })
      const count = s3.requestCount
      const connection = await connect(proxy.port, { readsNothing: true })
      const [line] = await accessOf(1, async () => {
        connection.send(get())
        await s3.requestsReach(count + 1)
        connection.socket.once('readable', () => connection.reset())
      })
      assert.equal(line?.outcome, 'aborted')
      assert.ok(Number(line?.bytes) < 64 * 1024 * 1024)
      await s3.requestsSettled()
    })

    it('by closing their side count as gone, before the head too', async () => {
      s3.misbehave({ stallBeforeHead: true })
      const count = s3.requestCount
      const connection = await connect()
      const [line] = await accessOf(1, async () => {
        connection.send(get())
        await s3.requestsReach(count + 1)
        connection.finish()
      })
      assert.equal(line?.status, 499)
      await s3.requestsSettled()
    })
  })

  describe('kept-alive connections', () => {
    it('carry HEAD, 304, errors and objects in turn', async () => {
      const { etag } = s3.put('health', { body: 'fine', contentType: 'text/plain' })
      const connection = await connect()
      const asked = [
        ['HEAD', get().replace('GET', 'HEAD'), 200],
        ['GET', get('/health', `if-none-match: ${etag}\r\n`), 304],
        ['GET', get('/%zz'), 400],
        ['HEAD', get('/%zz').replace('GET', 'HEAD'), 400],
        ['DELETE', get().replace('GET', 'DELETE'), 405],
        ['GET', get('/a'), 302],
        ['GET', get(), 200],
      ] as const
      for (const [index, [, text, status]] of asked.entries()) {
        connection.send(text)
        const answers = await connection.answers(
          index + 1,
          asked.map(([method]) => method),
        )
        const answer = answers[index]
        assert.equal(answer?.status, status)
        assert.equal(answer?.headers.connection, 'keep-alive')
        assert.equal(answer?.headers['content-length'] === undefined, status === 304)
        assert.match(answer?.headers.date ?? '', /^[^,]+, [^,]+ GMT$/)
      }
    })

    it('are kept for HTTP/1.0 only where the client asks for it', async () => {
      const once = await connect()
      once.send('GET /health HTTP/1.0\r\n\r\n')
      const answer = await once.answer()
      assert.deepEqual([answer.status, answer.body, answer.headers.connection], [200, 'fine', 'close'])
      assert.equal(await once.ended, 'fin')
      const kept = await connect()
      kept.send('GET /health HTTP/1.0\r\nconnection: keep-alive\r\n\r\n')
      assert.equal((await kept.answer()).headers.connection, 'keep-alive')
      kept.send('GET /health HTTP/1.0\r\n\r\n')
      assert.equal((await kept.answers(2))[1]?.status, 200)
    })
  })

  describe('bodies of requests', () => {
    for (const [name, headers, body] of [
      ['with a length', 'content-length: 5\r\n', 'hello'],
      ['in chunks', 'transfer-encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
      ['that wait to be asked for', 'expect: 100-continue\r\ncontent-length: 5\r\n', ''],
      ['that expect the unheard-of', 'expect: tea\r\ncontent-length: 5\r\n', 'hello'],
    ] as const) {
      it(`${name} are thrown away, and end the connection`, async () => {
        const connection = await connect()
        connection.send(get('/health', headers) + body)
        const answer = await connection.answer()
        assert.deepEqual([answer.status, answer.body, answer.headers.connection], [200, 'fine', 'close'])
        assert.equal(await connection.ended, 'fin')
        assert.ok(!connection.received.includes('100 Continue'))
      })
    }

    for (const [name, headers] of [
      ['both a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'],
      ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n'],
      ['an unknown coding', 'transfer-encoding: gzip\r\n'],
      ['a length that is none', 'content-length: -1\r\n'],
    ] as const) {
      it(`with ${name} are 400, so that nothing hides behind them`, async () => {
        const connection = await connect()
        connection.send(`${get('/health', headers)}0\r\n\r\n${get()}`)
        assert.equal((await connection.answer()).status, 400)
        await connection.ended
        assert.equal(connection.received.split('HTTP/1.1 ').length, 2)
      })
    }
  })

  it('ignore a wish to change the protocol', async () => {
    const wishes = ['websocket', 'h2c, TLS/1.0'].map(
      (protocol) =>
        `connection: upgrade, http2-settings\r\nupgrade: ${protocol}\r\nhttp2-settings: AAMAAABk\r\n`,
    )
    for (const wish of wishes) {
      const answer = await askRaw(proxy.port, get('/health', wish))
      assert.deepEqual([answer.status, answer.body], [200, 'fine'])
    }
  })
})
