import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { getToken } from '../helpers/clients/get-token.ts'
import { createHttpClient, type HttpAnswer, type HttpClient } from '../helpers/clients/http-client.ts'
import { signInAt } from '../helpers/clients/sign-in.ts'
import { pressSignOut } from '../helpers/clients/sign-out.ts'
import { eventually } from '../helpers/eventually.ts'
import { type ProxyProcess, startProxy } from '../helpers/proxy/proxy-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { type CallRecorder, startCallRecorder } from '../helpers/sso/call-recorder.ts'
import type { OpenidProvider } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

const audience = 'https://assets.example.com'
const programCallback = 'https://program.example.com/callback'
const filmBytes = 64 * 1024 * 1024

/** Looks for secrets of an OpenID provider in everything that somebody could see. */
describe('secrets of an OpenID provider', { timeout: 120_000 }, () => {
  const clientSecret = 'canary-of-the-application'
  /** Names of each secret, by the secret. */
  const secrets = new Map<string, Set<string>>()
  const addSecret = (name: string, secret: string | null | undefined) => {
    if (secret) secrets.set(secret, (secrets.get(secret) ?? new Set()).add(name))
  }
  const answers: string[] = []
  /** Everything that stood in Redis at any of the looks at it. */
  let inRedis = ''
  let endSession: URL | undefined
  let [s3, sso, redis, proxy, toSso, toProxy] = [] as unknown as [
    S3StandIn,
    OpenidProvider,
    RedisServer,
    ProxyProcess,
    CallRecorder,
    CallRecorder,
  ]

  before(async () => {
    s3 = await startS3StandIn()
    sso = await startOpenidProvider({ clientSecret, accessTokenSeconds: 2 })
    redis = await startRedisServer()
    toSso = await startCallRecorder(sso.issuer)
    proxy = await startProxy({
      ...environmentOf({ s3, sso, redis }),
      S3PROXY_SSO_INTERNAL_URL: toSso.origin,
      S3PROXY_SSO_TIMEOUT_MS: '2000',
      S3PROXY_SESSION_RECHECK_SECONDS: '1',
      S3PROXY_BEARER_ACCEPT: 'jwt',
      S3PROXY_BEARER_AUDIENCE: audience,
      S3PROXY_LOG_AUDIT: 'true',
      S3PROXY_LOG_LEVEL: 'trace',
    })
    toProxy = await startCallRecorder(proxy.origin)
    sso.allowRedirect(`${proxy.origin}/__redirect_from_sso`)
    sso.allowRedirect(programCallback)
    sso.allowPostLogoutRedirect(`${proxy.origin}/__s3proxy/signed-out`)
    sso.sendLogoutTokensTo(`${toProxy.origin}/__s3proxy/backchannel-logout`)
    s3.put('page.html', { body: 'page' })
    s3.put('film.webm', { body: Buffer.alloc(filmBytes) })
    addSecret('the client secret', clientSecret)
    await liveThroughEverything()
    for (const call of [...toSso.calls, ...toProxy.calls]) noteSecretsOf(call)
    await proxy.stop()
  })
  after(async () => {
    await proxy?.stop()
    for (const recorder of [toSso, toProxy]) recorder?.close()
    await Promise.all([s3?.close(), sso?.close(), redis?.close()])
  })

  async function ask(client: HttpClient, url: string, headers: Record<string, string> = {}) {
    return note(await client.request(url, { headers }))
  }

  function note(answer: HttpAnswer): HttpAnswer {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const value = /^[^=]+=([^;]+)/.exec(line)?.[1]
      addSecret('a cookie', value)
    }
    answers.push(
      `${answer.headers.location ?? ''}\n${answer.headers['www-authenticate'] ?? ''}\n${answer.text}`,
    )
    return answer
  }

  async function logIn(client: HttpClient, login: string): Promise<string> {
    const begun = await ask(client, `${proxy.origin}/page.html`)
    await look()
    const callback = await signInAt(client, begun.headers.location ?? '', { login })
    addSecret('a code', new URL(callback).searchParams.get('code'))
    assert.equal((await ask(client, callback)).status, 302)
    await look()
    return callback
  }

  /** Success and failure of each kind, because secrets could leak in messages of errors. */
  async function liveThroughEverything(): Promise<void> {
    const [ada, bob] = [createHttpClient(), createHttpClient()]
    const page = `${proxy.origin}/page.html`
    const callback = await logIn(ada, 'ada')
    await ask(ada, callback)
    await ask(createHttpClient(), callback)
    await logIn(bob, 'bob')

    const isRefreshed = () => sso.tokenCalls.some(({ grantType }) => grantType === 'refresh_token')
    assert.ok(await eventually(async () => (await ask(bob, page)).status === 200, isRefreshed))
    await look()
    await ask(bob, `${proxy.origin}/__s3proxy/me`, { accept: 'application/json' })
    await ask(bob, `${proxy.origin}/__s3proxy/me`, { accept: 'text/html' })
    await ask(bob, `${proxy.origin}/__s3proxy/logout`, { accept: 'text/html' })

    const { access_token: accessToken, id_token: idToken = '' } = await getToken({
      ...{ authorizeUrl: `${sso.issuer}/auth`, tokenUrl: `${sso.issuer}/token` },
      ...{ clientId: sso.clients.public.clientId, redirectUri: programCallback, scope: sso.scope },
      more: { resource: audience },
    })
    addSecret('a bearer token', accessToken)
    addSecret('an id token', idToken)
    const statuses: number[] = []
    for (const token of [accessToken, idToken, `${accessToken}x`, `${accessToken} ${idToken}`]) {
      const authorization = `Bearer ${token}`
      statuses.push((await ask(createHttpClient(), page, { authorization })).status)
    }
    assert.deepEqual(statuses, [200, 401, 401, 400])
    await look()

    await cutByTheProvider(bob)
    await replay()
    const left = note(await pressSignOut(ada, proxy.origin))
    endSession = new URL(left.headers.location ?? '')
    await look()

    await logIn(bob, 'bob')
    sso.revokeRefreshTokens()
    assert.ok(
      await eventually(
        async () => (await ask(bob, page)).status,
        (status) => status === 302,
      ),
    )
    const begun = await ask(ada, page)
    const late = await signInAt(ada, begun.headers.location ?? '', { login: 'ada' })
    addSecret('a code', new URL(late).searchParams.get('code'))
    toSso.close()
    assert.ok((await ask(ada, late)).status >= 502)
    await look()
  }

  /** The provider ends the sessions of bob, in the middle of a download. */
  async function cutByTheProvider(bob: HttpClient): Promise<void> {
    const cookie = bob.jar.header('127.0.0.1', '/')
    const request = get(`${proxy.origin}/film.webm`, { headers: { cookie } })
    request.on('error', () => {})
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 200)
    await sso.signOut('bob')
    await proxy.logged(({ key, outcome }) => key === 'film.webm' && outcome === 'revoked')
    response.destroy()
  }

  async function replay(): Promise<void> {
    const call = toProxy.calls.at(-1)
    assert.equal(call?.status, 200)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const body of [call?.body, `${call?.body}x`]) {
      const url = `${proxy.origin}/__s3proxy/backchannel-logout`
      const answer = note(
        await createHttpClient().request(url, { method: 'POST', headers, ...(body && { body }) }),
      )
      assert.equal(answer.status, 400)
    }
    await look()
  }

  /** Looks at all keys and values of Redis: texts and sets. */
  async function look(): Promise<void> {
    for (const key of (await redis.command('KEYS', '*')).split('\n')) {
      const isSet = (await redis.command('TYPE', key)).includes('zset')
      const value = isSet ? await redis.command('ZRANGE', key, '0', '-1') : await redis.command('GET', key)
      assert.doesNotMatch(value, /WRONGTYPE/)
      inRedis += `${key}\n${value}\n`
    }
  }

  function noteSecretsOf({ body, answer, headers, path }: CallRecorder['calls'][number]): void {
    const form = new URLSearchParams(body)
    for (const name of ['code', 'code_verifier', 'refresh_token', 'token', 'logout_token'])
      addSecret(`${name} of a form`, form.get(name))
    addSecret('what an authorization header has', headers.authorization?.replace(/^\w+ /, ''))
    if (path !== '/token') return
    const tokens = JSON.parse(answer) as Record<string, string>
    for (const name of ['access_token', 'refresh_token', 'id_token']) addSecret(name, tokens[name])
  }

  /** A token in parts is as bad: the signature, or the claims. */
  function assertNone(where: string, text: string): void {
    assert.ok(text.length > 1000, `${where} has something to look at`)
    for (const [secret, names] of secrets)
      for (const part of new Set([secret, ...secret.split('.').slice(1), encodeURIComponent(secret)]))
        assert.ok(part.length < 16 || !text.includes(part), `${where} shows ${[...names].join(', ')}`)
  }

  it('were there to be found', () => {
    const names = new Set([...secrets.values()].flatMap((some) => [...some]))
    for (const name of [
      ...['the client secret', 'a cookie', 'a code', 'code_verifier of a form', 'a bearer token'],
      ...['access_token', 'refresh_token', 'id_token', 'token of a form', 'logout_token of a form'],
      'what an authorization header has',
    ])
      assert.ok(names.has(name), name)
  })

  it('never reach the log, at any level', () => {
    assertNone('the log', proxy.output.stdout + proxy.output.stderr)
  })

  it('never reach a page or a URL, the hint of who leaves excepted', () => {
    const hint = endSession?.searchParams.get('id_token_hint') ?? ''
    assert.match(hint, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    assertNone('an answer', answers.join('\n').replace(`id_token_hint=${hint}`, ''))
  })

  it('never reach Redis in the clear', () => {
    assertNone('Redis', inRedis)
    assert.match(inRedis, /logout:/)
  })
})
