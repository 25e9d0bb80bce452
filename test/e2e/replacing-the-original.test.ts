import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { createHttpClient, type HttpClient } from '../helpers/clients/http-client.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'
import { startProxy } from '../helpers/proxy/proxy-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

const page = '<h1>page</h1>'
const byOriginal = 'served by the original'

describe('replacing the original', { timeout: 120_000 }, () => {
  it('signs nobody out, there and back', async (t) => {
    const stage = await start(t)
    const [ada, bob] = [await stage.personOfOriginal(), await stage.personOfOriginal()]
    const original = await stage.startOriginal()
    for (const person of [ada, bob]) assert.equal((await person.request(stage.url)).text, byOriginal)
    await original.stop()

    const proxy = await stage.startProxy({ S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: 'true' })
    const question = await ada.request(stage.url)
    assert.equal(question.status, 200)
    assert.match(question.text, /Continue as <bdi>user-1</)
    const action = /action="([^"]+)"/.exec(question.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const headers = { origin: stage.origin }
    const continued = await ada.request(stage.origin + action, { method: 'POST', headers })
    assert.deepEqual([continued.status, continued.headers.location], [303, stage.url])
    assert.equal((await ada.request(stage.url)).text, page)
    // Nobody gets the page a second time, the SSO saw no login, and the token is no longer in the clear.
    assert.deepEqual([stage.sso.calls.authorize, stage.sso.calls.token], [0, 0])
    assert.equal((await stage.originalKeys()).length, 1)
    await proxy.stop()

    const again = await stage.startOriginal()
    assert.equal((await bob.request(stage.url)).text, byOriginal)
    assert.equal((await ada.request(stage.url)).status, 302)
    await again.stop()

    const back = await stage.startProxy()
    assert.equal((await ada.request(stage.url)).text, page)
    await back.stop()
  })

  it('leads everybody to the SSO once where sessions of the original are not taken over', async (t) => {
    const stage = await start(t)
    const ada = await stage.personOfOriginal()
    const proxy = await stage.startProxy()
    const begun = await ada.request(stage.url)
    assert.ok(begun.headers.location?.startsWith(`${stage.sso.url}o/authorize/`))
    assert.equal((await ada.follow(stage.url)).text, page)
    assert.equal((await stage.originalKeys()).length, 1)
    await proxy.stop()
  })

  it('refuses a login that began at the original, with a link to start again', async (t) => {
    const stage = await start(t)
    const state = randomBytes(32).toString('hex')
    await stage.redis.command('set', `s3proxy__sso_state__${state}`, stage.url, 'EX', '60')
    const proxy = await stage.startProxy({ S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: 'true' })
    const answer = await stage
      .newClient()
      .request(`${stage.origin}/__redirect_from_sso?state=${state}&code=x`)
    assert.equal(answer.status, 403)
    assert.match(answer.text, /<a href=/)
    await proxy.stop()
  })
})

/** Starts one of the two programs after the other at one address, with one Redis. */
async function start(t: TestContext) {
  const [s3, sso, redis, port] = await Promise.all([
    startS3StandIn(),
    startSsoStandIn(),
    startRedisServer(),
    findFreePort(),
  ])
  t.after(() => Promise.all([s3.close(), sso.close(), redis.close()]))
  s3.put('page.html', { body: page, contentType: 'text/html' })
  const origin = `http://127.0.0.1:${port}`
  const newClient = (): HttpClient => {
    const client = createHttpClient({ accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' })
    t.after(() => client.close())
    return client
  }
  return {
    ...{ sso, redis, origin, url: `${origin}/page.html`, newClient },
    /** Makes a browser with a cookie of the original, and stores its token in Redis as the original does. */
    async personOfOriginal(): Promise<HttpClient> {
      const id = randomBytes(64).toString('base64url')
      const key = `s3proxy__assets_session_id__${id}__sso_token`
      await redis.command('set', key, sso.issueToken(), 'EX', '36000')
      const client = newClient()
      const cookie = `assets_session_id=${id}; HttpOnly; Path=/; Max-Age=32400`
      client.jar.store('127.0.0.1', '/__redirect_from_sso', [cookie])
      return client
    },
    originalKeys: async () =>
      (await redis.command('keys', 's3proxy__assets_session_id__*')).split('\n').filter((key) => key !== ''),
    startOriginal: () => startOriginal(redis, port, sso.url),
    async startProxy(more: Record<string, string> = {}) {
      const proxy = await startProxy({
        ...{ ...environmentOf({ s3, sso, redis }), PORT: String(port), ...more },
      })
      t.after(() => proxy.child.kill('SIGKILL'))
      return proxy
    },
  }
}

/** Answers as the original does: its cookie names a key in Redis, or the SSO is next. */
async function startOriginal(redis: RedisServer, port: number, ssoUrl: string) {
  const server = createServer(async ({ headers }, response) => {
    const id = /(?:^|; )assets_session_id=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? ''
    const token = await redis.command('get', `s3proxy__assets_session_id__${id}__sso_token`)
    if (token !== '') response.writeHead(200, { connection: 'close' }).end(byOriginal)
    else response.writeHead(302, { location: `${ssoUrl}o/authorize/`, connection: 'close' }).end()
  })
  const { close } = await listenOnLoopback(server, { port })
  return { stop: close }
}
