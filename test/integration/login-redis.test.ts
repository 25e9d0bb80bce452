import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { untilItWorks } from '../helpers/eventually.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('sessions in Redis', () => {
  it('hold nothing that a dump opens: no token, cookie, state, verifier, path or name', async (t) => {
    const { redis, origin, sso, browser } = await start(t)
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html?where-jo-goes`)
    const state = new URL(callback).searchParams.get('state') ?? ''
    const before = await dump(redis)
    await jo.request(callback)
    const all = before + (await dump(redis))
    const verifier =
      sso.requests.find(({ endpoint }) => endpoint === 'token')?.params.get('code_verifier') ?? ''
    const [login, session] = ['s3proxy_session_login', 's3proxy_session'].map(
      (name) => jo.jar.get(name) ?? '',
    )
    for (const secret of [sso.tokens[0], login, session, state, verifier, 'where-jo-goes', 'user-1']) {
      assert.ok(secret !== undefined && secret !== '')
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('hex'),
      ])
        assert.ok(!all.includes(form), form)
    }
    const keys = (await redis.command('keys', '*')).split('\n').sort()
    assert.deepEqual(
      keys.map((key) => key.replace(/[\w-]{43}$/, '…')),
      ['s3proxy:claimed:…', 's3proxy:login:…', 's3proxy:session:…', 's3proxy:sessions-of:…'],
    )
    for (const key of keys) {
      const left = Number(await redis.command('ttl', key))
      const most = /:sessions?[:-]/.test(key) ? 32_400 : 600
      assert.ok(left > most - 60 && left <= most, `${key} ${left}`)
    }
  })

  it('live as long as they are used, where there is an idle timeout, and the cookie does not tell', async (t) => {
    const { redis, origin, browser } = await start(t, { S3PROXY_SESSION_IDLE_TIMEOUT_SECONDS: '600' })
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html`)
    const finished = await jo.request(callback)
    assert.match(String(finished.headers['set-cookie']), /Max-Age=32400/)
    const key = (await redis.command('keys', '*:session:*')).trim()
    const left = Number(await redis.command('pttl', key))
    assert.ok(left > 590_000 && left <= 600_000, `${left}`)
    await redis.command('pexpire', key, '60000')
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
    await untilItWorks(async () => assert.ok(Number(await redis.command('pttl', key)) > 590_000))
  })

  it('are gone with one flipped byte, and with a flush', async (t) => {
    const { redis, origin, browser } = await start(t)
    const jo = browser()
    for (const spoil of [
      async () => {
        const key = (await redis.command('keys', '*:session:*')).split('\n')[0] ?? ''
        const value = await redis.command('get', key)
        await redis.command('setrange', key, String(value.length - 1), value.endsWith('A') ? 'B' : 'A')
      },
      () => redis.command('flushall'),
    ]) {
      await redis.command('flushall')
      jo.jar.clear()
      await jo.follow(`${origin}/page.html`)
      assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
      await spoil()
      assert.match(locationOf(await jo.request(`${origin}/page.html`)), /\/o\/authorize\//)
    }
    assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
  })

  it('cost 503 with retry-after while Redis is paused or gone, and go on after', async (t) => {
    const { redis, origin, browser, sso } = await start(t)
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    const kim = browser()
    const callback = await toCallback(kim, `${origin}/page.html`)
    const everything = async () => {
      const post = { method: 'POST', headers: { origin } }
      const answers = await Promise.all([
        jo.request(`${origin}/page.html`),
        kim.request(callback),
        jo.request(`${origin}/__s3proxy/logout`, post),
        browser().request(`${origin}/page.html`),
      ])
      for (const answer of answers) {
        assert.equal(answer.status, 503)
        assert.match(String(answer.headers['retry-after']), /^\d+$/)
        assert.match(answer.text, /SESSION_STORE_UNAVAILABLE/)
      }
    }
    redis.pause()
    await everything()
    redis.resume()
    await untilItWorks(async () => assert.equal((await jo.request(`${origin}/page.html`)).status, 200))
    await redis.kill()
    await everything()
    await redis.restart()
    // Redis is empty now, and the answer is a login and no error.
    await untilItWorks(async () => {
      assert.match(locationOf(await jo.request(`${origin}/page.html`)), /\/o\/authorize\//)
    })
    assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
    assert.equal(sso.calls.token, 2)
  })

  it('are the same for every instance: a login begun at one finishes at another', async (t) => {
    const { redis, origin, browser, sso } = await start(t)
    const other = await startStageInProcess(t, { sso, redis })
    const jo = browser()
    // A browser sees both as one host, and the router sends its callback to the other instance.
    const callback = (await toCallback(jo, `${origin}/page.html`)).replace(origin, other.origin)
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
    for (const instance of [origin, other.origin])
      assert.equal((await jo.request(`${instance}/page.html`)).text, '<h1>page</h1>')
  })

  it('have a page with the way back when Redis forgets a login within its ten minutes', async (t) => {
    const { redis, origin, browser, sso } = await start(t)
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html?wanted`)
    await redis.command('flushall')
    const answer = await jo.request(callback)
    assert.equal(answer.status, 403)
    assert.match(answer.text, /Please try the original link again\./)
    assert.ok(answer.text.includes(`href="${origin}/page.html?wanted"`))
    assert.equal(sso.calls.token, 0)
    assert.equal((await jo.follow(`${origin}/page.html?wanted`)).text, '<h1>page</h1>')
  })

  it('count the tokens that the SSO refuses, for all instances, and forget them with the login', async (t) => {
    const { redis, origin, browser, sso } = await start(t)
    const jo = browser()
    sso.misbehave({ me: (ordinal) => (ordinal <= 2 ? { status: 403 } : undefined) })
    for (const refusals of ['1', '2']) {
      assert.equal(
        locationOf(await jo.request(await toCallback(jo, `${origin}/page.html`))),
        `${origin}/page.html`,
      )
      const [key = ''] = (await redis.command('keys', '*:refused:*')).split('\n')
      assert.match(key, /^s3proxy:refused:[\w-]{43}$/)
      assert.equal(await redis.command('get', key), refusals)
      const left = Number(await redis.command('ttl', key))
      assert.ok(left > 540 && left <= 600, String(left))
    }
    assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
    assert.equal(await redis.command('keys', '*:refused:*'), '')
  })

  it('are no sessions for another client, SSO or cookie on the same Redis', async (t) => {
    const { redis, origin, browser, sso } = await start(t)
    const jo = browser()
    await jo.request(await toCallback(jo, `${origin}/page.html`))
    const value = jo.jar.header('127.0.0.1', '/')?.match(/s3proxy_session=([\w-]+)/)?.[1]
    assert.ok(value)
    for (const [env, name, status] of [
      [{}, 's3proxy_session', 200],
      [{ SSO_URL: sso.url.replace(/\/*$/, '') }, 's3proxy_session', 200],
      [{ SSO_CLIENT_ID: 'another' }, 's3proxy_session', 302],
      [{ SSO_URL: `${sso.url.replace(/\/*$/, '')}/another/` }, 's3proxy_session', 302],
      [{ S3PROXY_SSO_AUTHORIZE_URL: `${sso.url}o/authorize/?a=b` }, 's3proxy_session', 302],
      [{ S3PROXY_SSO_AUTHORIZE_URL: 'o/authorize/?a=b' }, 's3proxy_session', 200],
      [{ S3PROXY_SESSION_COOKIE_NAME: 'other' }, 'other', 302],
    ] as const) {
      const other = await startStageInProcess(t, { sso, redis, env })
      const headers = { cookie: `${name}=${value}` }
      const answer = await browser().request(`${other.origin}/page.html`, { headers })
      assert.equal(answer.status, status, JSON.stringify(env))
    }
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
  })
})

describe('a session that the original wrote', () => {
  const id = 'f'.repeat(128)
  const cookie = `assets_session_id=${id}`
  const key = `s3proxy__assets_session_id__${id}__sso_token`

  it('becomes one of ours, without a login', async (t) => {
    const { redis, origin, browser, sso, log } = await start(t, {
      S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: 'true',
    })
    for (const value of [sso.issueToken(), JSON.stringify(sso.issueToken())]) {
      await redis.command('set', key, value, 'EX', '3600')
      const jo = browser()
      const answer = await pressContinue(jo, origin, cookie)
      assert.equal(answer.status, 303)
      assert.equal(answer.headers.location, `${origin}/page.html?a`)
      const [own, gone] = answer.headers['set-cookie'] ?? []
      assert.match(own ?? '', /^s3proxy_session=/)
      assert.match(gone ?? '', /^assets_session_id=; Max-Age=0; Path=\/;/)
      assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
      assert.equal(await redis.command('exists', key), '0')
    }
    assert.equal(sso.calls.authorize, 0)
    for (const secret of [...sso.tokens, id]) assert.ok(!JSON.stringify(log).includes(secret))
  })

  it('ends with the sign out, so that nobody comes back by it', async (t) => {
    const { redis, origin, browser, sso } = await start(t, { S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: 'true' })
    await redis.command('set', key, sso.issueToken(), 'EX', '3600')
    const jo = browser()
    await jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers: { origin, cookie } })
    assert.equal(await redis.command('exists', key), '0')
    const answer = await browser().request(`${origin}/page.html`, { headers: { cookie } })
    assert.match(locationOf(answer), /\/o\/authorize\//)
  })

  it('signs nobody in by itself, and leads to the login who says no', async (t) => {
    const { redis, origin, browser, sso } = await start(t, { S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: 'true' })
    await redis.command('set', key, sso.issueToken(), 'EX', '3600')
    const jo = browser()
    for (const headers of [{ 'sec-fetch-mode': 'no-cors' }, { range: 'bytes=0-' }, { accept: 'image/*' }]) {
      const answer = await jo.request(`${origin}/page.html`, { headers: { ...headers, cookie } })
      assert.equal(answer.status, 401)
      assert.equal(answer.headers['set-cookie'], undefined)
    }
    const { text } = await jo.request(`${origin}/page.html`, { headers: { accept: 'text/html', cookie } })
    const link = /<a href="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const answer = await jo.request(origin + link, { headers: { accept: 'text/html', cookie } })
    assert.match(locationOf(answer), /\/o\/authorize\//)
    assert.ok(answer.headers['set-cookie']?.some((value) => /^assets_session_id=; Max-Age=0/.test(value)))
    const forced = await jo.request(origin + link, {
      method: 'POST',
      headers: { cookie, origin: 'http://evil.example' },
    })
    assert.equal(forced.status, 403)
    assert.equal(await redis.command('exists', key), '1')
  })

  it('is a login when the SSO rejects its token, or it is none', async (t) => {
    const { redis, origin, browser, sso, log } = await start(t, {
      S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: 'true',
    })
    for (const value of ['rejected-token', 'canary with a space', 'canary\r\nx: y', '']) {
      await redis.command('set', key, value, 'EX', '3600')
      const answer = await browser().request(`${origin}/page.html`, { headers: { cookie } })
      assert.match(locationOf(answer), /\/o\/authorize\//)
    }
    assert.deepEqual(askedAbout(sso), ['Bearer rejected-token'])
    assert.ok(!JSON.stringify(log).includes('canary'))
  })

  it('means nothing unless it is accepted', async (t) => {
    const { redis, origin, browser, sso } = await start(t)
    await redis.command('set', key, sso.issueToken(), 'EX', '3600')
    const answer = await browser().request(`${origin}/page.html`, { headers: { cookie } })
    assert.match(locationOf(answer), /\/o\/authorize\//)
    assert.deepEqual(askedAbout(sso), [])
  })
})

async function start(t: TestContext, env: Record<string, string> = {}) {
  const redis = await startRedisServer()
  t.after(() => redis.close())
  const stage = await startStageInProcess(t, { redis, env })
  // Commands fail until the connection is up, because nothing is queued.
  await untilItWorks(async () => {
    const answer = await stage.browser().request(`${stage.origin}/__s3proxy/readyz`)
    assert.equal(answer.status, 200)
  })
  return { ...stage, redis }
}

/** The tokens of the calls to `me`; readiness calls it without a token. */
function askedAbout(sso: SsoStandIn): string[] {
  return sso.requests.flatMap(({ endpoint, headers }) =>
    endpoint === 'me' && headers.authorization !== undefined ? [headers.authorization] : [],
  )
}

/** Opens a page with the cookie of the original, and presses its button. */
async function pressContinue(jo: HttpClient, origin: string, cookie: string) {
  const { text } = await jo.request(`${origin}/page.html?a`, { headers: { accept: 'text/html', cookie } })
  const action = /action="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
  return jo.request(origin + action, { method: 'POST', headers: { origin, cookie } })
}

/** All keys and values of Redis as one text. */
async function dump(redis: RedisServer): Promise<string> {
  const keys = (await redis.command('keys', '*')).split('\n')
  const values = await Promise.all(keys.map((key) => redis.command('get', key)))
  const opened = values.map((value) => Buffer.from(value, 'base64url').toString('latin1'))
  return [...keys, ...values, ...opened].join('\n')
}
