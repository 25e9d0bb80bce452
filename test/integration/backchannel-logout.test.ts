import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import type { HttpAnswer, HttpClient } from '../helpers/clients/http-client.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { confirmSignOut } from '../helpers/clients/sign-out.ts'
import { eventually, untilItWorks, untilTrue } from '../helpers/eventually.ts'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'
import { startRedisServer } from '../helpers/redis/redis-server.ts'
import type {
  OpenidProvider,
  OpenidProviderOptions,
} from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a logout that an OpenID provider sends', () => {
  it('ends all sessions of the person, on every instance, and nobody else’s', async (t) => {
    const { sso, one, two } = await startTwo(t)
    const [here, there, other] = [one.browser(), two.browser(), two.browser()]
    await logIn(here, `${one.origin}/page.html`, { login: 'ada' })
    await logIn(there, `${two.origin}/page.html`, { login: 'ada' })
    await logIn(other, `${two.origin}/page.html`, { login: 'bob' })
    await sso.signOut('ada')
    assert.deepEqual(errorsOf(sso), [undefined, undefined])
    assert.equal(await isSignedIn(here, one.origin), false)
    assert.equal(await isSignedIn(there, two.origin), false)
    assert.equal(await isSignedIn(other, two.origin), true)
    const lines = [...one.log, ...two.log].filter(({ msg }) => msg === 'sign-out')
    assert.deepEqual(
      lines.map(({ who, route, endedSessions }) => [who, route, endedSessions]),
      Array(2).fill([`${sso.issuer}#ada`, 'backchannel-logout', 1]),
    )
  })

  it('ends the one session that has ended at the provider, by its sid', async (t) => {
    const { sso, one, two } = await startTwo(t)
    const [leaving, staying] = [one.browser(), two.browser()]
    await logIn(leaving, `${one.origin}/page.html`, { login: 'ada' })
    await logIn(staying, `${two.origin}/page.html`, { login: 'ada' })
    await confirmSignOut(leaving, await leaving.request(`${sso.issuer}/session/end`))
    assert.deepEqual(errorsOf(sso), [undefined])
    assert.equal(await isSignedIn(leaving, one.origin), false)
    assert.equal(await isSignedIn(staying, two.origin), true)
  })

  it('without a sid ends all sessions of the person', async (t) => {
    const { sso, one, two, token } = await startTwo(t, { isWithSid: false })
    const [leaving, other] = [one.browser(), two.browser()]
    await logIn(leaving, `${one.origin}/page.html`, { login: 'ada' })
    await logIn(other, `${two.origin}/page.html`, { login: 'ada' })
    await confirmSignOut(leaving, await leaving.request(`${sso.issuer}/session/end`))
    assert.deepEqual(errorsOf(sso), [undefined])
    assert.deepEqual(
      Object.keys(claimsIn(token())).filter((name) => name === 'sid' || name === 'sub'),
      ['sub'],
    )
    assert.equal(await isSignedIn(leaving, one.origin), false)
    assert.equal(await isSignedIn(other, two.origin), false)
  })

  it('ends a session that was refreshed meanwhile', async (t) => {
    const { sso, one, two } = await startTwo(t, { accessTokenSeconds: 1 })
    const ada = one.browser()
    await logIn(ada, `${one.origin}/page.html`, { login: 'ada' })
    const isRefreshed = () => sso.tokenCalls.some(({ grantType }) => grantType === 'refresh_token')
    assert.ok(await eventually(() => isSignedIn(ada, two.origin), isRefreshed))
    assert.ok(isRefreshed())
    await sso.signOut('ada')
    assert.deepEqual(errorsOf(sso), [undefined])
    assert.equal(await isSignedIn(ada, one.origin), false)
  })

  it('cuts the downloads of the person, on the other instance, too', async (t) => {
    const { sso, one, two } = await startTwo(t)
    const ada = two.browser()
    await logIn(ada, `${two.origin}/page.html`, { login: 'ada' })
    two.s3.put('film.webm', { body: Buffer.alloc(64 * 1024 * 1024) })
    const request = get(`${two.origin}/film.webm`, { headers: { cookie: ada.jar.header('127.0.0.1', '/') } })
    request.on('error', () => {})
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 200)
    await sso.signOut('ada')
    assert.ok(one.log.some(({ route }) => route === 'backchannel-logout'))
    const isRevoked = () => two.log.some(({ key, outcome }) => key === 'film.webm' && outcome === 'revoked')
    await untilTrue('the download is cut', isRevoked)
    response.resume()
    await assert.rejects(once(response, 'end'), { code: 'ECONNRESET' })
  })

  it('is refused when it comes again, also on another instance, and ends no session that began later', async (t) => {
    const { sso, one, two, token } = await startTwo(t)
    await logIn(one.browser(), `${one.origin}/page.html`, { login: 'ada' })
    await sso.signOut('ada')
    const later = two.browser()
    await logIn(later, `${two.origin}/page.html`, { login: 'ada' })
    for (const { origin, browser } of [one, two]) {
      const answer = await send(browser(), origin, token())
      assert.equal(answer.status, 400)
      assert.deepEqual(JSON.parse(answer.text).error, 'invalid_request')
    }
    assert.equal(await isSignedIn(later, two.origin), true)
  })

  it('that is forged is refused, and leaves nothing in Redis', async (t) => {
    const { one, redis, token, sso } = await startTwo(t)
    await logIn(one.browser(), `${one.origin}/page.html`, { login: 'ada' })
    await sso.signOut('ada')
    const size = await redis.command('dbsize')
    const [head = '', , signature = ''] = token().split('.')
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const decoded = claimsIn(token())
    const forged = [
      `${encode({ alg: 'none', typ: 'logout+jwt' })}.${encode({ ...decoded, jti: 'new' })}.`,
      `${head}.${encode({ ...decoded, jti: 'new' })}.${signature}`,
      'x'.repeat(20_000),
      '',
    ]
    const eve = one.browser()
    for (const jwt of forged) assert.equal((await send(eve, one.origin, jwt)).status, 400)
    assert.equal(await redis.command('dbsize'), size)
    assert.ok(!JSON.stringify(one.log).includes(signature))
    assert.equal((await eve.request(`${one.origin}/__s3proxy/backchannel-logout`)).status, 405)
  })

  it('fails while Redis is away, and succeeds when it is sent again', async (t) => {
    const { one, redis, token, sso } = await startTwo(t)
    const ada = one.browser()
    await logIn(ada, `${one.origin}/page.html`, { login: 'ada' })
    redis.pause()
    await sso.signOut('ada')
    redis.resume()
    assert.match(String(errorsOf(sso)[0]), /503/)
    const again = one.browser()
    await untilItWorks(async () => assert.equal((await send(again, one.origin, token())).status, 200))
    assert.equal(await isSignedIn(ada, one.origin), false)
  })
})

interface Given extends OpenidProviderOptions {
  isWithSid?: boolean
}

/** Two instances on one Redis. The provider sends logout tokens to the first one, through a line that keeps the last of them. */
async function startTwo(t: TestContext, { isWithSid = true, ...options }: Given = {}) {
  const sso = await startOpenidProvider(options)
  t.after(() => sso.close())
  const redis = await startRedisServer()
  t.after(() => redis.close())
  const { issuer, clientId, clientSecret } = sso
  const env = {
    S3PROXY_LOG_AUDIT: 'true',
    S3PROXY_SSO_SCOPE: sso.scope,
    S3PROXY_SESSION_RECHECK_SECONDS: '1',
  }
  const [one, two] = [await instance(), await instance()]
  const line = await startLine(t, `${one.origin}${backchannelPath}`)
  sso.sendLogoutTokensTo(line.url, isWithSid)
  return { sso, redis, one, two, token: line.lastToken }

  async function instance() {
    const started = await startStageInProcess(t, { sso: { issuer, clientId, clientSecret }, redis, env })
    sso.allowRedirect(`${started.origin}/__redirect_from_sso`)
    return started
  }
}

const backchannelPath = '/__s3proxy/backchannel-logout'

/** Passes each form on to `to`, and the answer back. */
async function startLine(t: TestContext, to: string) {
  let body = ''
  const server = createServer(async (request, response) => {
    body = await text(request)
    const headers = { 'content-type': String(request.headers['content-type']) }
    const answer = await fetch(to, { method: 'POST', headers, body })
    response.writeHead(answer.status).end(await answer.text())
  })
  const { origin } = await listenOnLoopback(server, t)
  return {
    url: `${origin}/`,
    lastToken: () => new URLSearchParams(body).get('logout_token') ?? '',
  }
}

function claimsIn(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

function send(client: HttpClient, origin: string, token: string): Promise<HttpAnswer> {
  return client.request(origin + backchannelPath, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams({ logout_token: token })}`,
  })
}

async function isSignedIn(client: HttpClient, origin: string): Promise<boolean> {
  const { status } = await client.request(`${origin}/__s3proxy/me`, {
    headers: { accept: 'application/json' },
  })
  assert.ok(status === 200 || status === 401, String(status))
  return status === 200
}

function errorsOf({ sentLogouts }: OpenidProvider): (string | undefined)[] {
  return sentLogouts.map(({ error }) => error)
}
