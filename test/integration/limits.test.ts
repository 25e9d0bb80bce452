import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { askRaw, openRaw, type RawConnection, type WireAnswer } from '../helpers/clients/raw-http.ts'
import { eventually, untilTrue } from '../helpers/eventually.ts'
import type { LogLine } from '../helpers/proxy/log-lines.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const mib = 1024 * 1024
const filmBytes = 24 * mib

describe('limits of a person, over two instances with one Redis', { timeout: 120_000 }, () => {
  it('count downloads of all sessions and tokens, and of nobody else', async (t) => {
    const two = await startTwo(t, { S3PROXY_LIMITS_STREAMS_PER_PERSON: '3' })
    const [first, second] = [await two.signIn(), await two.signIn()]
    const token = `authorization: Bearer ${two.sso.issueToken()}`
    await two.download(two.one, cookieOf(first))
    await two.download(two.other, cookieOf(second))
    await two.download(two.other, token)
    for (const { port } of [two.one, two.other])
      for (const asks of [cookieOf(first), token]) {
        const { status, headers, body } = await two.ask(port, '/page.html', asks)
        assert.deepEqual([status, headers['retry-after']], [429, '5'])
        assert.match(
          body,
          /^429 Too many downloads at once\. You have 3 downloads running, .*STREAMS_TOO_MANY/,
        )
      }
    two.sso.claims = { user_id: 'user-2', email: 'kim@example.com' }
    const kim = cookieOf(await two.signIn())
    assert.equal((await two.ask(two.one.port, '/page.html', kim)).status, 200)
    assert.equal((await two.ask(two.one.port, '/health', cookieOf(first))).status, 200)
    const line = await two.one.logged(({ code }) => code === 'STREAMS_TOO_MANY')
    assert.ok(Number(line.limitMs) >= 1900)
    assert.equal(line.s3Ms, undefined)
    const metrics = (await two.one.app.reports.metrics?.()) ?? []
    const refusals = metrics.find(({ name }) => name === 's3proxy_limit_refusals_total')?.values
    assert.deepEqual(
      refusals?.map(({ labels, value }) => [labels.reason, value]),
      [
        ['late', 2],
        ['crowd', 0],
      ],
    )
  })

  it('are told to Redis without a name of anybody, and leave nothing there', async (t) => {
    const two = await startTwo(t, {
      S3PROXY_LIMITS_STREAMS_PER_PERSON: '3',
      S3PROXY_LIMITS_BYTES_PER_SECOND_PER_PERSON: `${64 * mib}`,
    })
    const download = await two.download(two.one, cookieOf(await two.signIn()))
    const key = await eventually(two.keys, (keys) => keys !== '')
    assert.match(key, /^s3proxy:streams-of:[\w-]{43}$/)
    const members = await two.redis.command('zrange', key, '0', '-1')
    assert.doesNotMatch(members, /user-1|jo@/)
    assert.equal(members.split('\n').length, 2)
    download.reset()
    assert.equal(await eventually(two.keys, (keys) => keys === ''), '')
  })

  for (const [how, end] of Object.entries({
    'complete: it is whole': ({ download }) => download.socket.resume(),
    'aborted: its client resets the connection': ({ download }) => download.reset(),
    'aborted: its client closes the connection': ({ download }) => download.socket.destroy(),
    'revoked: its session ends': ({ jo, two }) => {
      const { origin } = two.one
      return jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers: { origin } })
    },
    'cut: S3 has another object by the time at which the body is continued': ({ download, two }) => {
      two.s3.put('film.bin', { body: { sizeBytes: filmBytes, seed: 8 } })
      download.socket.resume()
    },
    'cut: its instance is stopped': ({ two }) => two.one.close(),
  } satisfies Record<string, (run: { download: RawConnection; jo: HttpClient; two: Two }) => unknown>))
    it(`free the place of a download at once when it ends ${how}`, async (t) => {
      const two = await startTwo(t, {
        S3PROXY_LIMITS_STREAMS_PER_PERSON: '1',
        // The reader pauses for longer, so its body has to be continued.
        S3PROXY_S3_READER_PATIENCE_MS: '100',
      })
      const jo = await two.signIn()
      const other = cookieOf(await two.signIn())
      const download = await two.download(two.one, cookieOf(jo))
      await untilTrue('S3 sends no more', () => two.s3.requests.every(({ outcome }) => outcome !== 'open'))
      const asked = two.ask(two.other.port, '/page.html', other)
      await two.waitingReach(two.other, 1)
      await end({ download, jo, two })
      assert.equal((await asked).status, 200)
      const line = await two.one.logged(({ key }) => key === 'film.bin')
      assert.equal(line.outcome, how.split(':')[0])
      assert.equal(await eventually(two.keys, (keys) => keys === ''), '')
    })

  it('let a player seek: the new range opens before the old one is dropped, also at the other instance', async (t) => {
    const two = await startTwo(t, { S3PROXY_LIMITS_STREAMS_PER_PERSON: '1' })
    const cookie = cookieOf(await two.signIn())
    let playing = await two.download(two.one, cookie)
    for (let seek = 1; seek <= 10; seek++) {
      const next = seek % 2 === 0 ? two.one : two.other
      const range = `range: bytes=${seek * mib}-\r\n`
      const seeking = await two.begin(next, `${range}${cookie}`)
      await two.waitingReach(next, 1)
      playing.reset()
      await two.waitingReach(next, 0)
      await untilTrue('it plays', () => next.app.server.activity.streams === 1)
      playing = seeking
    }
    const lines = [...two.one.access, ...two.other.access].filter(({ key }) => key === 'film.bin')
    assert.ok(lines.every(({ status }) => status === 200 || status === 206))
    playing.reset()
  })

  it('park no more than 64 requests of a person, without connections to S3', async (t) => {
    const two = await startTwo(t, { S3PROXY_LIMITS_STREAMS_PER_PERSON: '1' })
    const cookie = cookieOf(await two.signIn())
    const download = await two.download(two.one, cookie)
    const before = two.s3.requests.length
    const waiting = await Promise.all(
      Array.from({ length: 200 }, () => two.begin(two.one, cookie, '/page.html')),
    )
    await untilTrue('many are refused', () => two.one.access.filter(isRefused).length >= 136)
    assert.ok((await two.waitingAt(two.one)) <= 64)
    assert.equal(two.s3.requests.length, before)
    for (const { socket } of waiting.slice(0, 100)) socket.destroy()
    download.reset()
    await untilTrue('all are over', () => two.one.app.server.activity.requests === 0)
    assert.equal(await two.waitingAt(two.one), 0)
    for (const { socket } of waiting) socket.destroy()
  })

  it('cost one command for a page of many pictures, and none where there are no limits', async (t) => {
    for (const [limit, most] of [
      ['20', 12],
      ['', 0],
    ] as const) {
      const two = await startTwo(t, limit === '' ? {} : { S3PROXY_LIMITS_STREAMS_PER_PERSON: limit })
      const jo = await two.signIn()
      await two.redis.command('config', 'resetstat')
      for (let round = 0; round < 25; round++)
        await Promise.all(Array.from({ length: 4 }, () => jo.request(`${two.one.origin}/page.html`)))
      const evals = await two.calls('eval')
      assert.ok(evals <= most, `${evals} commands for 100 pictures with the limit ${limit}`)
    }
  })

  for (const [what, outage] of Object.entries({
    'ended and is empty afterwards': { begin: (redis) => redis.kill(), end: (redis) => redis.restart() },
    'answers nothing': { begin: (redis) => redis.pause(), end: (redis) => redis.resume() },
  } satisfies Record<string, Record<'begin' | 'end', (redis: RedisServer) => unknown>>))
    it(`are kept by each instance alone while Redis ${what}, and are shared again`, async (t) => {
      const two = await startTwo(t, {
        S3PROXY_LIMITS_STREAMS_PER_PERSON: '2',
        S3PROXY_SESSION_TIMEOUT_MS: '300',
      })
      const token = `authorization: Bearer ${two.sso.issueToken()}`
      const { port } = two.one
      const before = await two.download(two.one, token)
      await outage.begin(two.redis)
      // Tokens need no Redis.
      const meanwhile = [await two.download(two.one, token), await two.download(two.other, token)]
      meanwhile.push(await two.download(two.other, token))
      assert.equal((await two.ask(port, '/page.html', token)).status, 429)
      await outage.end(two.redis)
      const isWarning = ({ msg }: { msg: string }) => msg.startsWith('limits of people are kept by each')
      for (const one of [two.one, two.other]) {
        await one.logged(({ msg }) => msg === 'limits of people are shared again')
        assert.equal(one.log.filter(isWarning).length, 1)
      }
      assert.equal((await two.ask(port, '/page.html', token)).status, 429)
      before.reset()
      meanwhile[0]?.reset()
      await untilTrue('they are over', () => two.one.app.server.activity.streams === 0)
      assert.equal((await two.ask(port, '/page.html', token)).status, 429, 'both places are taken elsewhere')
      meanwhile[1]?.reset()
      assert.equal((await two.ask(port, '/page.html', token)).status, 200)
      meanwhile[2]?.reset()
    })

  it('come into force by a reload, for downloads that begin then', async (t) => {
    const two = await startTwo(t, { S3PROXY_LIMITS_STREAMS_PER_PERSON: '2' })
    const cookie = cookieOf(await two.signIn())
    const reload = async (limits: ProxyInProcess['config']['limits']) =>
      (await two.one.app.prepare({ ...two.one.config, limits })).commit()
    const first = await two.download(two.one, cookie)
    const second = await two.download(two.one, cookie)
    await reload({ streamsPerPerson: 1 })
    first.reset()
    assert.equal((await two.ask(two.one.port, '/page.html', cookie)).status, 429)
    await reload({ streamsPerPerson: 2 })
    assert.equal((await two.ask(two.one.port, '/page.html', cookie)).status, 200)
    await reload({})
    const more = []
    for (let count = 0; count < 4; count++) more.push(await two.download(two.one, cookie))
    for (const download of [second, ...more]) download.reset()
    await untilTrue('all are over', () => two.one.app.server.activity.streams === 0)
    assert.equal(await eventually(two.keys, (keys) => keys === ''), '')
  })

  it('hold without Redis, in the memory of the one process', async (t) => {
    const stage = await startStageInProcess(t, { env: { S3PROXY_LIMITS_STREAMS_PER_PERSON: '1' } })
    stage.s3.put('film.bin', { body: { sizeBytes: filmBytes, seed: 7 } })
    const jo = stage.browser()
    await jo.follow(`${stage.origin}/page.html`)
    const port = Number(new URL(stage.origin).port)
    const download = await openRaw(port, { readsNothing: true })
    download.send(`GET /film.bin HTTP/1.1\r\nhost: h:${port}\r\n${cookieOf(jo)}\r\n\r\n`)
    await untilTrue('S3 sends', () => stage.s3.requests.some(({ key }) => key === 'film.bin'))
    assert.equal((await jo.request(`${stage.origin}/page.html`)).status, 429)
    assert.equal((await jo.request(`${stage.origin}/page.html`, { method: 'HEAD' })).status, 200)
    download.reset()
    assert.equal((await jo.request(`${stage.origin}/page.html`)).status, 200)
  })

  it('divide the bytes of a second between the instances', async (t) => {
    const bytesPerSecond = mib
    const two = await startTwo(t, { S3PROXY_LIMITS_BYTES_PER_SECOND_PER_PERSON: `${bytesPerSecond}` })
    const cookie = cookieOf(await two.signIn())
    const token = `authorization: Bearer ${two.sso.issueToken()}`
    const startedAtMs = performance.now()
    const readers = [
      await two.begin(two.one, cookie),
      await two.begin(two.one, token),
      await two.begin(two.other, cookie),
    ]
    for (const { socket } of readers) socket.resume()
    const read = () => readers.reduce((sum, { socket }) => sum + socket.bytesRead, 0)
    await untilTrue('some of it has come', () => read() > 12 * mib)
    const seconds = (performance.now() - startedAtMs) / 1000
    const sizes = readers.map(({ socket }) => socket.bytesRead)
    // A burst of one second in each instance, and more than the pace until both know of each other.
    const bound = bytesPerSecond * (seconds + 4)
    assert.ok(12 * mib <= bound, `${sizes} bytes in ${seconds} s`)
    const [first = 0, second = 0, alone = 0] = sizes
    assert.ok(first > mib / 2 && second > mib / 2 && alone > mib / 2, `${sizes}`)
    for (const reader of readers) reader.reset()
  })

  it('take a body that is paced for no slow reader, and for no stalled S3', async (t) => {
    const two = await startTwo(t, {
      S3PROXY_LIMITS_BYTES_PER_SECOND_PER_PERSON: '65536',
      S3PROXY_S3_READER_PATIENCE_MS: '200',
      S3PROXY_S3_STALL_TIMEOUT_MS: '300',
      S3PROXY_S3_DEADLINE_MS: '500',
      S3PROXY_SERVER_SEND_TIMEOUT_MS: '100',
    })
    two.s3.put('song.bin', { body: { sizeBytes: 300_000, seed: 9 } })
    const jo = await two.signIn()
    const { origin } = two.one
    const bodies = await Promise.all(Array.from({ length: 2 }, () => jo.request(`${origin}/song.bin`)))
    for (const { status, body } of bodies) {
      assert.equal(status, 200)
      assert.equal(createHash('sha256').update(body).digest('hex'), generatedSha256(300_000, 9))
    }
    const lines = two.one.access.filter(({ key }) => key === 'song.bin')
    assert.deepEqual(
      lines.map(({ outcome, bytes, healed }) => [outcome, bytes, healed ?? 0]),
      [
        ['complete', 300_000, 0],
        ['complete', 300_000, 0],
      ],
    )
    assert.ok(Number(lines[0]?.totalMs) > 2000, 'it was paced at all')
    assert.deepEqual(
      two.one.log.filter(({ level, requestId }) => level === 'warn' && requestId !== undefined),
      [],
    )
  })
})

type Two = Awaited<ReturnType<typeof startTwo>>

const isRefused = ({ code }: LogLine) => code === 'STREAMS_TOO_MANY'

const cookieOf = (client: HttpClient) => `cookie: ${client.jar.header('127.0.0.1', '/')}`

/** Starts two instances with one Redis, and an SSO that knows Jo and Kim. */
async function startTwo(t: TestContext, more: Record<string, string>) {
  const redis = await startRedisServer()
  t.after(() => redis.close())
  const env = {
    S3PROXY_SESSION_RECHECK_SECONDS: '1',
    S3PROXY_BEARER_ACCEPT: 'identity',
    S3PROXY_S3_PARALLEL_CONNECTIONS: '1',
    // Nothing listens on this port. The option only makes s3proxy count requests.
    S3PROXY_SERVER_ADMIN_PORT: '1',
    ...more,
  }
  const stage = await startStageInProcess(t, { env, redis })
  stage.s3.put('health', { body: 'fine' })
  stage.s3.put('film.bin', { body: { sizeBytes: filmBytes, seed: 7 } })
  const one = await startProxyInProcess({ ...stage, redis }, env)
  t.after(() => one.close())
  const other = await startProxyInProcess({ ...stage, redis }, env)
  t.after(() => other.close())
  const two = {
    ...{ redis, one, other, s3: stage.s3, sso: stage.sso },
    async signIn(): Promise<HttpClient> {
      const client = stage.browser()
      assert.equal((await client.follow(`${one.origin}/page.html`)).status, 200)
      return client
    },
    async begin({ port }: ProxyInProcess, headers: string, path = '/film.bin'): Promise<RawConnection> {
      const connection = await openRaw(port, { readsNothing: true })
      connection.send(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${headers}\r\n\r\n`)
      return connection
    },
    /** Begins a download that is not read, and waits until it runs. */
    async download(instance: ProxyInProcess, headers: string): Promise<RawConnection> {
      const before = instance.app.server.activity.streams
      const connection = await two.begin(instance, headers)
      await untilTrue('it runs', () => instance.app.server.activity.streams > before)
      return connection
    },
    async ask(port: number, path: string, headers: string): Promise<WireAnswer> {
      return askRaw(port, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${headers}\r\n\r\n`)
    },
    /** Number of requests that wait for a place at an instance. */
    async waitingAt({ app }: ProxyInProcess): Promise<number> {
      const metrics = (await app.reports.metrics?.()) ?? []
      return Number(metrics.find(({ name }) => name === 's3proxy_limit_waiting')?.values[0]?.value)
    },
    async waitingReach(instance: ProxyInProcess, count: number): Promise<void> {
      const look = () => two.waitingAt(instance)
      assert.equal(await eventually(look, (seen) => seen === count), count)
    },
    /** Names of the keys of places in Redis. */
    keys: () => redis.command('keys', '*streams-of*'),
    async calls(name: string): Promise<number> {
      const stats = await redis.command('info', 'commandstats')
      return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
    },
  }
  return two
}
