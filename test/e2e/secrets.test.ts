import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createHttpClient, type HttpClient } from '../helpers/clients/http-client.ts'
import { type ProxyProcess, startProxy } from '../helpers/proxy/proxy-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { SsoFault } from '../helpers/sso/stand-in/sso-fault.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

/** Looks for secrets in everything that somebody could see. */
describe('secrets', { timeout: 120_000 }, () => {
  const configured = {
    AWS_SECRET_ACCESS_KEY: 'canary-of-aws/secret+key',
    AWS_SESSION_TOKEN: 'canary-of-the-session-token',
    SSO_CLIENT_SECRET: 'canary-of-the-application',
    redisPassword: 'canary-of-redis',
  }
  const answers: string[] = []
  const cookies = new Set<string>()
  const states = new Set<string>()
  let [s3, sso, redis, proxy] = [] as unknown as [S3StandIn, SsoStandIn, RedisServer, ProxyProcess]

  const ask = async (client: HttpClient, url: string, options: Parameters<HttpClient['request']>[1] = {}) => {
    const answer = await client.request(url, options)
    for (const line of answer.headers['set-cookie'] ?? []) {
      const value = /^[^=]+=([^;]*)/.exec(line)?.[1] ?? ''
      if (value !== '') cookies.add(value)
    }
    const location = new URL(answer.headers.location ?? proxy.origin)
    if (location.searchParams.has('state')) states.add(location.searchParams.get('state') ?? '')
    const shown = answer.headers.location?.startsWith(proxy.origin) ? answer.headers.location : ''
    if (url.startsWith(proxy.origin)) answers.push(`${shown}\n${answer.text}`)
    return answer
  }
  const logIn = async (client: HttpClient, path: string) => {
    const begun = await ask(client, proxy.origin + path)
    const back = await ask(client, begun.headers.location ?? '')
    return ask(client, back.headers.location ?? '')
  }

  before(async () => {
    const { AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = configured
    s3 = await startS3StandIn({ secretAccessKey, sessionToken })
    sso = await startSsoStandIn({ clientSecret: configured.SSO_CLIENT_SECRET })
    redis = await startRedisServer({ password: configured.redisPassword })
    proxy = await startProxy({
      ...environmentOf({ s3, sso, redis }),
      AWS_SESSION_TOKEN: sessionToken,
      S3PROXY_SSO_TOKEN_CHECK_INTERVAL_SECONDS: '0',
      S3PROXY_SESSION_TIMEOUT_MS: '300',
      S3PROXY_SSO_TIMEOUT_MS: '300',
      S3PROXY_LOG_LEVEL: 'trace',
    })
    s3.put('page.html', { body: 'page' })
    await provokeEverything()
    await proxy.stop()
  })
  after(async () => {
    await proxy?.stop()
    await Promise.all([s3?.close(), sso?.close(), redis?.close()])
  })

  /** Causes successes and failures, because secrets could leak in messages of errors. */
  async function provokeEverything(): Promise<void> {
    const client = createHttpClient({ accept: 'text/html' })
    const page = `${proxy.origin}/page.html`
    await logIn(client, '/page.html?key=canary-of-the-visitor')
    assert.equal((await ask(client, page)).status, 200)

    const forged = await ask(createHttpClient(), page)
    const back = await ask(client, forged.headers.location ?? '')
    await ask(client, back.headers.location ?? '')
    await ask(client, back.headers.location ?? '', { headers: { cookie: '' } })
    await ask(client, `${proxy.origin}/__redirect_from_sso?error=canary-of-an-error&state=canary-of-a-state`)

    const faults: SsoFault[] = [
      { html: 200 },
      { truncated: true },
      { cutBody: true },
      { stall: 'before-head' },
      { reset: true },
      { redirect: 'http://127.0.0.1:9/' },
      { status: 400, error: 'invalid_grant' },
      { status: 401, error: 'invalid_client' },
      { json: { access_token: 17 } },
    ]
    for (const fault of faults) {
      sso.misbehave({ me: fault })
      await ask(client, page)
      sso.misbehave({ token: fault })
      await logIn(createHttpClient(), '/page.html')
    }
    sso.misbehave()

    for (const code of ['SignatureDoesNotMatch', 'ExpiredToken', 'InvalidAccessKeyId', 'InternalError']) {
      s3.misbehave({ error: 403, code })
      await ask(client, page)
    }
    s3.misbehave(null)
    redis.pause()
    assert.equal((await ask(client, page)).status, 503)
    redis.resume()
    await redis.command('CONFIG', 'SET', 'requirepass', 'another-one')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {})
    await ask(client, page)
    await proxy.logged((line) => /WRONGPASS|NOAUTH|invalid|password/i.test(line.msg))
  }

  const secrets = () => [
    ...Object.values(configured),
    ...cookies,
    ...states,
    ...sso.codes,
    ...sso.tokens,
    'canary-of-the-visitor',
    'canary-of-an-error',
    'canary-of-a-state',
  ]
  const assertNone = (where: string, text: string, allowed: ReadonlySet<string> = new Set()) => {
    assert.ok(text.length > 100, `${where} has something to look at`)
    for (const secret of secrets()) {
      if (!allowed.has(secret)) assert.ok(!text.includes(secret), `${where} shows ${secret}`)
    }
  }

  it('were there to be found', () => {
    assert.ok(cookies.size >= 3 && states.size >= 3 && sso.codes.length >= 3 && sso.tokens.length >= 2)
  })

  it('never reach the log, at any level', () => {
    assertNone('the log', proxy.output.stdout + proxy.output.stderr)
  })

  it('never reach a page or a URL of ours', () => {
    assertNone('an answer', answers.join('\n'), new Set(['canary-of-the-visitor']))
  })

  it('never reach Redis in the clear', async () => {
    const password = { REDISCLI_AUTH: 'another-one' }
    const keys = (await redis.command('-a', password.REDISCLI_AUTH, '--no-auth-warning', 'KEYS', '*')).split(
      '\n',
    )
    const values = await Promise.all(
      keys.map((key) => redis.command('-a', password.REDISCLI_AUTH, '--no-auth-warning', 'GET', key)),
    )
    assertNone('Redis', [...keys, ...values].join('\n'))
  })
})
