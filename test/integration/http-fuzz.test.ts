import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy-in-process.ts'
import { askRaw, openRaw } from '../helpers/raw-http.ts'
import type { S3StandIn } from '../helpers/s3-stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3-stand-in/start-s3-stand-in.ts'

const rounds = Number(process.env.FUZZ_ROUNDS ?? 3000)
const seed = Number(process.env.FUZZ_SEED ?? 20_240_229)
const atOnce = 32

const seeds = [
  'GET /health HTTP/1.1\r\nhost: a.test\r\n\r\n',
  'HEAD /health?x=%00 HTTP/1.1\r\nHost: a.test:80\r\nrange: bytes=0-1\r\nif-range: "a"\r\n\r\n',
  'GET /a/b%20c/%F0%9F%98%80?d#e HTTP/1.1\r\nhost: a.test\r\naccept: text/html\r\ncookie: s3proxy_session=x; a=b\r\n\r\n',
  'GET http://a.test/x HTTP/1.1\r\nhost: b.test\r\nsec-fetch-mode: cors\r\n\r\n',
  'POST /__s3proxy/logout HTTP/1.1\r\nhost: a.test\r\norigin: http://a.test\r\ncontent-length: 3\r\n\r\nabc',
  'GET /health HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'GET /__redirect_from_sso?code=c&state=s HTTP/1.1\r\nhost: a.test\r\nx-forwarded-proto: https\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: a.test\r\n\r\nGET /health HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
  'CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n',
  'PUT /health HTTP/1.1\r\nhost: a.test\r\nexpect: 100-continue\r\ncontent-length: 9\r\nupgrade: h2c\r\n\r\n',
]
const pieces = [
  ...['\r\n', '\n', '\r', '\0', ' ', '\t', ':', ',', ';', '%', '%00', '%2f', '%2e%2e', '..', '\\', '//'],
  ...['?', '#', '@', '[::1]', '\xff', '\xc0\xaf', '"', '=', '0', '-1', '99999999999999999999', 'HTTP/1.1'],
  ...[
    'host: evil.test\r\n',
    'content-length: 5\r\n',
    'transfer-encoding: chunked\r\n',
    'connection: close\r\n',
  ],
  ...['range: bytes=0-0,2-3\r\n', 'if-match: *\r\n', 'cookie: __proto__=1\r\n', 'A'.repeat(300)],
]

/** mulberry32: the same numbers for the same seed. */
function randomFrom(state: number): () => number {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe(`requests mutated by chance (FUZZ_SEED=${seed})`, () => {
  let s3: S3StandIn
  let proxy: ProxyInProcess
  const random = randomFrom(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('health', { body: 'fine', contentType: 'text/plain' })
    proxy = await startProxyInProcess(s3, { S3PROXY_SERVER_HEADERS_TIMEOUT_MS: '200' })
  })
  after(async () => {
    await proxy.close()
    await s3.close()
  })

  function mutate(): string {
    let text = pick(seeds)
    const changes = 1 + Math.floor(random() * 4)
    for (let change = 0; change < changes; change++) {
      const at = Math.floor(random() * (text.length + 1))
      const kind = random()
      if (kind < 0.5) text = text.slice(0, at) + pick(pieces) + text.slice(at)
      else if (kind < 0.7) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 8))
      else if (kind < 0.85)
        text = text.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1)
      else if (kind < 0.95) text += pick(seeds)
      else text = text.slice(0, at)
    }
    return text
  }

  /** Sends it in one or two parts, then leaves in one of the ways there are. */
  async function throwAt(text: string): Promise<string> {
    const connection = await openRaw(proxy.port)
    const at = random() < 0.3 ? Math.floor(random() * text.length) : text.length
    connection.send(text.slice(0, at))
    if (at < text.length) setImmediate(() => connection.send(text.slice(at)))
    if (random() < 0.1) {
      setImmediate(() => connection.reset())
      return ''
    }
    const answered = connection.until((received) => received.includes('\r\n\r\n')).catch(() => {})
    await Promise.race([answered, connection.ended])
    connection.socket.destroy()
    return connection.received
  }

  it(`end no process, and are never our fault (${rounds} of them)`, { timeout: 100_000 }, async () => {
    const faults: unknown[] = []
    const onFault = (error: unknown) => faults.push(error)
    process.on('uncaughtException', onFault)
    process.on('unhandledRejection', onFault)
    const statuses = new Map<number, number>()
    let left = rounds
    async function lane(): Promise<void> {
      while (left > 0) {
        left--
        const text = mutate()
        for (const [, digits] of (await throwAt(text)).matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
          const status = Number(digits)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          assert.ok(status < 500 || status === 505, `${status} for ${JSON.stringify(text)}`)
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    process.off('uncaughtException', onFault)
    process.off('unhandledRejection', onFault)
    assert.deepEqual(faults, [])
    assert.deepEqual(
      proxy.log.filter(({ level, msg }) => level === 'error' || msg.includes('a fault of ours')),
      [],
    )
    // It was worth it: everything from served to refused was among them.
    for (const status of [200, 302, 400, 401, 404, 405]) assert.ok(statuses.has(status), String(status))
    const answer = await askRaw(proxy.port, seeds[0] as string)
    assert.deepEqual([answer.status, answer.body], [200, 'fine'])
  })
})
