import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { openRaw, type RawConnection } from '../helpers/clients/raw-http.ts'
import { eventually, untilTrue } from '../helpers/eventually.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { startRedisServer } from '../helpers/redis/redis-server.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const sizeBytes = 24 * 1024 * 1024

describe('a session that ends', { timeout: 120_000 }, () => {
  for (const [how, end] of Object.entries({
    'a logout on the other instance': ({ jo, origin }) =>
      jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers: { origin } }),
    'an operator at the other instance': ({ sessions }) => sessions.end('user-1'),
    'its removal from Redis': ({ redis }) => redis.command('flushall'),
  } satisfies Record<string, (stage: Two) => Promise<unknown>>))
    it(`takes its running download with it, within session.recheckSeconds of ${how}`, async (t) => {
      const two = await startTwo(t)
      const download = await two.download()
      const endedAtMs = performance.now()
      await end(two)
      const line = await two.other.logged(({ msg, key }) => msg === 'request' && key === 'film.bin')
      const tookMs = performance.now() - endedAtMs
      assert.ok(tookMs < 10_000, `${tookMs}`)
      // A client that reads now finds the connection reset.
      download.socket.resume()
      assert.equal(await download.ended, 'reset')
      assert.ok(download.socket.bytesRead < sizeBytes, 'it is shorter than its content-length')
      assert.deepEqual(
        [line.status, line.outcome, line.code, line.who],
        [200, 'revoked', 'SESSION_ENDED', 'user-1'],
      )
      const audit = await two.other.logged(({ msg }) => msg === 'delivery')
      assert.deepEqual([audit.outcome, audit.code, audit.who], ['revoked', 'SESSION_ENDED', 'user-1'])
      const isWarning = ({ level, requestId }: { level: string; requestId?: unknown }) =>
        level !== 'info' && level !== 'debug' && requestId !== undefined
      assert.deepEqual(two.other.log.filter(isWarning), [])
      const counted = (await two.other.app.reports.metrics?.()) ?? []
      const outcomes = counted.find(({ name }) => name === 's3proxy_bodies_total')?.values
      assert.equal(outcomes?.find(({ labels }) => labels.outcome === 'revoked')?.value, 1)
    })

  it('takes no download of another session with it, and none while Redis is away', async (t) => {
    const two = await startTwo(t)
    const [first, kim] = [await two.download(), await two.signIn()]
    const second = await two.download(kim)
    two.redis.pause()
    await two.other.logged(({ msg }) => msg.startsWith('the sessions of downloads under way'))
    two.redis.resume()
    await two.jo.request(`${two.origin}/__s3proxy/logout`, {
      method: 'POST',
      headers: { origin: two.origin },
    })
    await two.other.logged(({ key, outcome }) => key === 'film.bin' && outcome === 'revoked')
    for (const { socket } of [first, second]) socket.resume()
    assert.equal(await first.ended, 'reset')
    await untilTrue('the other one is whole', () => second.socket.bytesRead > sizeBytes)
    const line = await two.other.logged(({ key, outcome }) => key === 'film.bin' && outcome !== 'revoked')
    assert.equal(line.outcome, 'complete')
  })

  it('is counted and ended at the admin port, which leaves a line', async (t) => {
    const two = await startTwo(t)
    await two.signIn()
    const port = Number(await two.other.app.admin.listen({ port: 0, host: '127.0.0.1' }))
    t.after(() => two.other.app.admin.close())
    const ask = async (method: string) =>
      (await fetch(`http://127.0.0.1:${port}/sessions?person=user-1`, { method })).json()
    assert.deepEqual(await ask('GET'), { person: 'user-1', sessions: 2 })
    assert.deepEqual(await ask('DELETE'), { person: 'user-1', ended: 2 })
    assert.deepEqual(await ask('GET'), { person: 'user-1', sessions: 0 })
    assert.equal((await two.jo.request(`${two.origin}/film.bin`)).status, 302)
    const line = await two.other.logged(({ msg }) => msg.startsWith('an operator has ended'))
    assert.deepEqual([line.who, line.ended], ['user-1', 2])
    assert.equal(await two.redis.command('keys', '*sessions-of*'), '')
  })

  it('is looked up by one command a turn for a thousand downloads, also in the turn that finds half of them gone', async (t) => {
    const two = await startTwo(t, {
      S3PROXY_S3_MAX_CONNECTIONS: '4096',
      S3PROXY_S3_STALL_TIMEOUT_MS: '60000',
      S3PROXY_S3_DEADLINE_MS: '60000',
      S3PROXY_S3_READER_PATIENCE_MS: '60000',
    })
    // Every body begins, and waits for S3.
    two.s3.misbehave({ cutAfterBytes: 100_000, how: 'stall' })
    const kim = await two.signIn()
    const downloads: RawConnection[] = []
    for (let count = 0; count < 1000; count++) {
      const download = await two.begin(count % 2 === 0 ? two.jo : kim)
      download.socket.resume()
      downloads.push(download)
    }
    await untilTrue('all of them run', () => two.other.app.server.activity.streams === 1000)
    const calls = async (name: string) =>
      Number(
        new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(
          await two.redis.command('info', 'commandstats'),
        )?.[1] ?? 0,
      )
    await two.redis.command('config', 'resetstat')
    const begunAtMs = performance.now()
    await eventually(
      () => calls('eval'),
      (count) => count >= 3,
    )
    await two.jo.request(`${two.origin}/__s3proxy/logout`, {
      method: 'POST',
      headers: { origin: two.origin },
    })
    const gone = await Promise.all(downloads.filter((_, index) => index % 2 === 0).map(({ ended }) => ended))
    assert.equal(gone.length, 500)
    const turns = Math.ceil((performance.now() - begunAtMs) / 1000)
    const evals = await calls('eval')
    assert.ok(evals <= turns + 1, `${evals} commands in ${turns} turns`)
    assert.equal(await calls('mget'), 1, 'only the logout has read a session')
    assert.equal(two.other.app.server.activity.streams, 500)
    for (const { socket } of downloads) socket.destroy()
  })

  it('cuts nothing with session.recheckSeconds 0, and looks nothing up', async (t) => {
    const two = await startTwo(t, { S3PROXY_SESSION_RECHECK_SECONDS: '0' })
    const download = await two.download()
    await two.sessions.end('user-1')
    download.socket.resume()
    await untilTrue('it is whole', () => download.socket.bytesRead > sizeBytes)
    const line = await two.other.logged(({ key }) => key === 'film.bin')
    assert.equal(line.outcome, 'complete')
  })

  it('is found in the Redis of its own configuration after a reload has changed it', async (t) => {
    const two = await startTwo(t)
    const next = await startRedisServer()
    t.after(() => next.close())
    const download = await two.download()
    const { config, app } = two.other
    const [address] = config.session.redisUrl ?? []
    assert.ok(address)
    const redisUrl = [{ ...address, port: next.port }]
    const change = await app.prepare({ ...config, session: { ...config.session, redisUrl } })
    change.commit()
    const calls = async () =>
      /cmdstat_eval:calls=(\d+)/.exec(await two.redis.command('info', 'commandstats'))?.[1]
    const before = await calls()
    await eventually(calls, (count) => count !== before)
    assert.equal(two.other.app.server.activity.streams, 1)
    await two.sessions.end('user-1')
    const line = await two.other.logged(({ key }) => key === 'film.bin')
    assert.equal(line.outcome, 'revoked')
    download.socket.resume()
    assert.equal(await download.ended, 'reset')
    await untilTrue('the old connection is closed', () => two.other.app.server.activity.requests === 0)
  })
})

type Two = Awaited<ReturnType<typeof startTwo>>

/** Starts two instances with one Redis. Jo signs in at the first one, and downloads at the other. */
async function startTwo(t: TestContext, more: Record<string, string> = {}) {
  const redis = await startRedisServer()
  t.after(() => redis.close())
  const env = { S3PROXY_SESSION_RECHECK_SECONDS: '1', S3PROXY_LOG_AUDIT: 'true', ...more }
  const stage = await startStageInProcess(t, { env, redis })
  // Nothing listens on this port. The option only makes s3proxy count requests.
  const other = await startProxyInProcess({ ...stage, redis }, { ...env, S3PROXY_SERVER_ADMIN_PORT: '1' })
  t.after(() => other.close())
  const first = await startProxyInProcess({ ...stage, redis }, env)
  t.after(() => first.close())
  stage.s3.put('film.bin', { body: { sizeBytes, seed: 7 } })
  async function signIn(): Promise<HttpClient> {
    const client = stage.browser()
    assert.equal((await client.follow(`${stage.origin}/page.html`)).status, 200)
    return client
  }
  const jo = await signIn()
  async function begin(client: HttpClient): Promise<RawConnection> {
    const connection = await openRaw(other.port, { readsNothing: true })
    const cookie = client.jar.header('127.0.0.1', '/')
    connection.send(`GET /film.bin HTTP/1.1\r\nhost: 127.0.0.1:${other.port}\r\ncookie: ${cookie}\r\n\r\n`)
    return connection
  }
  return {
    ...{ redis, other, jo, origin: stage.origin, s3: stage.s3, sessions: first.app.sessions, signIn, begin },
    /** Begins a download that is not read, and waits until it runs. */
    async download(client = jo): Promise<RawConnection> {
      const before = other.app.server.activity.streams
      const connection = await begin(client)
      await untilTrue('it runs', () => other.app.server.activity.streams > before)
      return connection
    },
  }
}
