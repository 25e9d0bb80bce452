import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { openRaw } from '../helpers/clients/raw-http.ts'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { eventually, untilItWorks, untilTrue } from '../helpers/eventually.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { startRedisServer } from '../helpers/redis/redis-server.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { RefreshTokens } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'

describe('a session with a refresh token, on two instances', () => {
  for (const refreshTokens of ['rotating', 'kept'] as const)
    it(`costs one call for 50 requests at the end of its token, where refresh tokens are ${refreshTokens}`, async (t) => {
      const { sso, jo, pages, toEnd } = await start(t, { refreshTokens })
      await toEnd()
      for (let round = 1; round <= 2; round++) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => jo.request(pages[index % 2] as string)),
        )
        for (const { status } of answers) assert.equal(status, 200)
        assert.equal(sso.refreshes, 1)
      }
      assert.equal(sso.calls.me, 2)
    })

  it('is renewed ahead of the end while requests go on, however slow the SSO is', async (t) => {
    const { sso, jo, pages, givenAt } = await start(t, { expiresInSeconds: 10 })
    sso.misbehave({ token: { delayMs: 3000 } })
    await sleep(givenAt + 8050 - Date.now())
    for (let times = 0; times < 10; times++)
      assert.equal((await jo.request(pages[times % 2] as string)).status, 200)
    assert.deepEqual([sso.refreshes, sso.tokens.length], [1, 1])
    await sleep(givenAt + 10_050 - Date.now())
    assert.equal((await jo.request(pages[0])).status, 200)
    assert.equal(sso.refreshes, 1)
  })

  it('ends where the SSO does not take its refresh token', async (t) => {
    const { redis, sso, jo, pages, toEnd } = await start(t)
    sso.revokeRefreshTokens()
    await toEnd()
    for (const page of pages) assert.match(locationOf(await jo.request(page)), /\/o\/authorize\//)
    assert.equal(await redis.command('keys', '*:session:*'), '')
    assert.equal((await jo.follow(pages[0])).text, '<h1>page</h1>')
  })

  it('gets an honest status while the SSO is away, asks it now and then, and is there when it is back', async (t) => {
    const { sso, jo, pages, toEnd } = await start(t, {}, { S3PROXY_SSO_TIMEOUT_MS: '300' })
    await toEnd()
    for (const [fault, status] of [
      [{ status: 503 }, 502],
      [{ status: 429, headers: { 'retry-after': '1' } }, 503],
      [{ stall: 'before-head' }, 504],
      [{ status: 401, error: 'invalid_client' }, 502],
      [{ html: 200 }, 502],
    ] as const) {
      sso.misbehave({ token: fault })
      const asked = sso.refreshes
      await untilItWorks(async () => assert.equal((await jo.request(pages[0])).status, status))
      for (let times = 0; times < 20; times++) assert.equal((await jo.request(pages[0])).status, status)
      assert.ok(sso.refreshes - asked <= 4, `${sso.refreshes - asked}`)
    }
    sso.misbehave()
    await untilItWorks(async () => assert.equal((await jo.request(pages[0])).status, 200))
    assert.equal((await jo.request(pages[1])).status, 200)
  })

  it('waits for the lease of an instance that was killed, and no longer', async (t) => {
    const { redis, sso, jo, pages, toEnd } = await start(t)
    await toEnd()
    const name = (await redis.command('keys', '*:session:*')).trim().replace('s3proxy:session:', '')
    await redis.command('set', `s3proxy:renewing:${name}`, 'killed', 'px', '700')
    const answers = await Promise.all(pages.map((page) => jo.request(page)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    )
    assert.equal(sso.refreshes, 1)
  })

  it('loses no new token where Redis is away when it comes', async (t) => {
    const { redis, sso, jo, pages, toEnd } = await start(t, {}, { S3PROXY_SESSION_TIMEOUT_MS: '300' })
    await toEnd()
    sso.misbehave({ token: { delayMs: 300 } })
    const asked = jo.request(pages[0])
    await eventually(
      async () => sso.refreshes,
      (count) => count === 1,
    )
    redis.pause()
    t.after(() => redis.resume())
    assert.equal((await asked).status, 200)
    redis.resume()
    for (const page of [pages[1], pages[0]])
      await untilItWorks(async () => assert.equal((await jo.request(page)).status, 200))
    assert.equal(sso.refreshes, 1)
  })

  it('has its new claims at once, in the audit too', async (t) => {
    const { sso, jo, pages, toEnd, logs } = await start(t)
    sso.claims = { user_id: 'user-renamed' }
    await toEnd()
    await jo.request(pages[0])
    assert.ok(logs().some((line) => JSON.stringify(line).includes('user-renamed')))
  })

  it('cuts no download that began with the token before', async (t) => {
    const { redis, s3, sso, jo, pages, toEnd, proxies } = await start(
      t,
      { expiresInSeconds: 3 },
      { S3PROXY_SESSION_RECHECK_SECONDS: '1' },
    )
    const sizeBytes = 24 * 1024 * 1024
    s3.put('film.bin', { body: { sizeBytes, seed: 7 } })
    const [, other] = proxies
    assert.ok(other)
    const film = await openRaw(other.port, { readsNothing: true })
    const cookie = jo.jar.header('127.0.0.1', '/')
    film.send(`GET /film.bin HTTP/1.1\r\nhost: 127.0.0.1:${other.port}\r\ncookie: ${cookie}\r\n\r\n`)
    await untilTrue('it runs', () => other.app.server.activity.streams === 1)
    assert.equal(sso.refreshes, 0)
    await toEnd()
    assert.equal((await jo.request(pages[0])).status, 200)
    assert.deepEqual([sso.refreshes, sso.tokens.length], [1, 2])
    // One command a turn looks up the sessions of downloads.
    await redis.command('config', 'resetstat')
    await eventually(
      async () => Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.command('info', 'commandstats'))?.[1]),
      (turns) => turns >= 3,
    )
    assert.equal(other.app.server.activity.streams, 1)
    film.socket.resume()
    await untilTrue('it is whole', () => film.socket.bytesRead > sizeBytes)
    const line = await other.logged(({ key }) => key === 'film.bin')
    assert.equal(line.outcome, 'complete')
  })

  it('leaves neither tokens nor their owner in Redis or the log', async (t) => {
    const { redis, sso, jo, pages, toEnd, logs } = await start(t)
    await toEnd()
    await jo.request(pages[0])
    const used = sso.requests.map(({ params }) => params.get('refresh_token') ?? 'refresh-')
    const key = (await redis.command('keys', '*:session:*')).trim()
    const seen = (await redis.command('get', key)) + JSON.stringify(logs())
    for (const token of [...sso.tokens, ...used]) assert.ok(!seen.includes(token), token)
  })
})

interface Settings {
  refreshTokens?: RefreshTokens
  expiresInSeconds?: number
}

/** Two proxies with one Redis and one SSO, and somebody who has signed in. */
async function start(t: TestContext, settings: Settings = {}, env: Record<string, string> = {}) {
  const { refreshTokens = 'rotating', expiresInSeconds = 1 } = settings
  const [s3, sso, redis] = await Promise.all([
    startS3StandIn(),
    startSsoStandIn({ refreshTokens, expiresInSeconds }),
    startRedisServer(),
  ])
  t.after(() => Promise.all([s3.close(), sso.close(), redis.close()]))
  s3.put('page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
  const proxies = await Promise.all([1, 2].map(() => startProxyInProcess({ s3, sso, redis }, env)))
  t.after(() => Promise.all(proxies.map((proxy) => proxy.close())))
  const jo: HttpClient = createHttpClient({ accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' })
  t.after(() => jo.close())
  const pages = proxies.map(({ origin }) => `${origin}/page.html`) as [string, string]
  // No page is asked for: on a busy machine the token may be over by then.
  assert.equal(locationOf(await jo.request(await toCallback(jo, pages[0]))), pages[0])
  const givenAt = Date.now()
  sso.expiresInSeconds = 600
  return {
    ...{ redis, s3, sso, jo, pages, proxies, givenAt },
    /** Waits until the first token has expired. */
    toEnd: () => sleep(givenAt + expiresInSeconds * 1000 + 50 - Date.now()),
    logs: () => proxies.flatMap(({ log }) => log),
  }
}
