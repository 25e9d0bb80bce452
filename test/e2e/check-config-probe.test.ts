import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { errorStatus } from '../../src/errors.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { bareEnv, program } from '../helpers/proxy/proxy-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

interface Probe {
  name: string
  ok: boolean
  code?: string
  ms: number
  message: string
  advice: string
}

const secrets = {
  aws: 'canary-of-aws/secret+key',
  sso: 'canary-of-the-application',
  redis: 'canary-of-redis',
  token: 'canary-of-a-token',
}

describe('s3proxy check-config --probe', { timeout: 120_000 }, () => {
  let [s3, sso, redis] = [] as unknown as [S3StandIn, SsoStandIn, RedisServer]
  let env: Record<string, string> = {}

  before(async () => {
    s3 = await startS3StandIn({ secretAccessKey: secrets.aws })
    sso = await startSsoStandIn({ clientSecret: secrets.sso })
    redis = await startRedisServer({ password: secrets.redis })
    s3.put('health.txt', { body: 'ok' })
  })
  beforeEach(() => {
    s3.misbehave(null)
    sso.misbehave()
    env = {
      ...environmentOf({ s3, sso }),
      REDIS_URL: redis.url,
      AWS_S3_HEALTHCHECK_KEY: 'health.txt',
      S3PROXY_SERVER_PUBLIC_URL: 'https://assets.example.com',
      S3PROXY_S3_STALL_TIMEOUT_MS: '2000',
      S3PROXY_S3_CONNECT_TIMEOUT_MS: '2000',
      S3PROXY_SSO_TIMEOUT_MS: '2000',
      S3PROXY_SESSION_TIMEOUT_MS: '2000',
    }
  })
  after(() => Promise.all([s3.close(), sso.close(), redis.close()]))

  async function run(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [program, 'check-config', '--probe', ...args], {
      cwd: '/',
      env: { ...bareEnv, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    const [status] = await once(child, 'close')
    for (const secret of Object.values(secrets)) assert.ok(!(stdout + stderr).includes(secret), secret)
    return { status, stdout, stderr }
  }

  /** Runs the probe, and expects exactly these steps to fail. */
  async function fails(...names: string[]): Promise<Map<string, Probe>> {
    const { status, stdout } = await run('--json')
    const report = JSON.parse(stdout) as { ok: boolean; probes: Probe[] }
    const failed = report.probes.filter(({ ok }) => !ok).map(({ name }) => name)
    assert.deepEqual(failed, names)
    assert.equal(status, names.length === 0 ? 0 : 3)
    assert.equal(report.ok, names.length === 0)
    for (const probe of report.probes) {
      assert.equal(typeof probe.ms, 'number')
      assert.notEqual(probe.message, '')
      assert.equal(probe.code !== undefined, !probe.ok, probe.name)
      if (probe.code !== undefined) assert.ok(probe.code in errorStatus, probe.code)
    }
    return new Map(report.probes.map((probe) => [probe.name, probe]))
  }
  const messageOf = (probes: Map<string, Probe>, name: string) => {
    const probe = probes.get(name)
    return `${probe?.code ?? 'ok'} ${probe?.message} -> ${probe?.advice}`
  }

  it('shows which rules are about the person of --as', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 's3proxy-probe-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const jo = join(folder, 'jo.json')
    writeFileSync(jo, JSON.stringify({ id: 'jo', groups: ['press'] }))
    env.S3PROXY_ACCESS_GROUPS = 'staff,press'
    const { status, stdout } = await run('--as', jo)
    assert.equal(status, 0)
    assert.match(stdout, /^ok {6}access\.person +\d+ ms {2}jo: is let in$/m)
    writeFileSync(jo, '{')
    const wrong = await run('--as', jo)
    assert.deepEqual([wrong.status, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, /expected .*jo\.json to be JSON/)
  })

  it('tells of every step that it works, and the redirect URI to register', async () => {
    const probes = await fails()
    assert.match(messageOf(probes, 's3.healthcheck'), /GET answered 200 \(2 bytes\), and 206/)
    assert.match(messageOf(probes, 's3.missing-key'), /404 NoSuchKey: the credentials may list the bucket/)
    assert.match(messageOf(probes, 's3.credentials'), /AWS_ACCESS_KEY_ID/)
    assert.match(messageOf(probes, 's3.clock'), /this clock is 0 s|this clock is 1 s/)
    assert.match(messageOf(probes, 'redis.server'), /^ok Redis \d+\.\d+/)
    assert.match(messageOf(probes, 'sso.token'), /a wrong code was answered 400 invalid_grant, as it should/)
    assert.match(messageOf(probes, 'sso.me'), /it answered 401, as it should/)
    assert.match(
      messageOf(probes, 'sso.authorize'),
      /^ok answered 302: the SSO takes https:\/\/assets\.example\.com\/__redirect_from_sso -> $/,
    )
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    for (const { headers } of sso.requests) assert.equal(headers['user-agent'], `s3proxy/${version}`)
    assert.match(messageOf(probes, 'sso.redirect-uri'), /https:\/\/assets\.example\.com\/__redirect_from_sso/)
  })

  it('tries the token of S3PROXY_TOKEN where tokens are accepted, and offers that where there is none', async () => {
    env.S3PROXY_BEARER_ACCEPT = 'identity'
    assert.match(messageOf(await fails(), 'bearer.identity'), /answered 401, as it should; .*S3PROXY_TOKEN/)
    env.S3PROXY_TOKEN = ''
    assert.equal((await fails()).has('bearer.token'), false)
    env.S3PROXY_TOKEN = secrets.token
    assert.match(
      messageOf(await fails('bearer.token'), 'bearer.token'),
      /^BEARER_REFUSED it is refused: the SSO does not take the token -> get a new token/,
    )
  })

  it('prints a table for people, and names what failed', async () => {
    env.AWS_S3_HEALTHCHECK_KEY = 'no-such-object'
    const { status, stdout, stderr } = await run()
    assert.equal(status, 3)
    assert.match(stdout, /^s3\.region +eu-west-2 +AWS_S3_REGION$/m)
    assert.match(stdout, /^ok +s3\.connect +\d+ ms +connected to 127\.0\.0\.1:\d+, without TLS$/m)
    assert.match(
      stdout,
      /^FAILED +s3\.healthcheck +\d+ ms +GET of the health-check object was answered 404 NoSuchKey \[OBJECT_NOT_FOUND\]\n +-> check s3\.healthcheckKey/m,
    )
    assert.equal(stderr, 's3proxy: failed: s3.healthcheck\n')
  })

  it('exits 2 without trying anything when the configuration is wrong', async () => {
    env.AWS_S3_REGION = ''
    const asked = s3.requestCount
    assert.equal((await run()).status, 2)
    assert.equal(s3.requestCount, asked)
  })

  it('leaves Redis out when sessions are kept in memory', async () => {
    delete env.REDIS_URL
    assert.match(messageOf(await fails(), 'redis'), /kept in memory/)
  })

  it('tells that the bucket may not be listed', async (t) => {
    const other = await startS3StandIn({ secretAccessKey: secrets.aws, mayList: false })
    t.after(() => other.close())
    other.put('health.txt', { body: 'ok' })
    env.AWS_S3_ENDPOINT = other.endpoint
    assert.match(messageOf(await fails(), 's3.missing-key'), /403 AccessDenied.*grant s3:ListBucket/)
  })

  it('tells that the keys are right, by what a wrong secret is answered', async () => {
    const right = /the keys are right: a wrong secret was answered 403 SignatureDoesNotMatch/
    assert.match(messageOf(await fails(), 's3.missing-key'), right)
    delete env.AWS_S3_HEALTHCHECK_KEY
    assert.match(messageOf(await fails(), 's3.missing-key'), right)
  })

  it('says that the keys were not checked where S3 answers wrong ones as it answers right ones', async () => {
    delete env.AWS_S3_HEALTHCHECK_KEY
    s3.misbehave(() => ({ error: 403, code: 'AccessDenied' }))
    env.AWS_SECRET_ACCESS_KEY = 'a wrong one'
    assert.match(
      messageOf(await fails(), 's3.missing-key'),
      /not checked whether the keys are right: a wrong secret was answered 403 AccessDenied too -> .*s3\.healthcheckKey/,
    )
    s3.misbehave(() => ({ error: 404, code: 'NoSuchKey' }))
    assert.match(messageOf(await fails(), 's3.missing-key'), /not checked .* -> this S3 asks for no keys/)
  })

  it('tells that the credentials are wrong', async () => {
    env.AWS_ACCESS_KEY_ID = 'AKIAUNKNOWN000000000'
    const probes = await fails('s3.healthcheck', 's3.missing-key')
    assert.match(
      messageOf(probes, 's3.healthcheck'),
      /^S3_CREDENTIALS .*403 InvalidAccessKeyId -> check s3\.accessKeyId/,
    )
  })

  it('tells that the clock is wrong', async (t) => {
    const other = await startS3StandIn({
      secretAccessKey: secrets.aws,
      clock: () => new Date(Date.now() + 3_600_000),
    })
    t.after(() => other.close())
    env.AWS_S3_ENDPOINT = other.endpoint
    const probes = await fails('s3.healthcheck', 's3.missing-key', 's3.clock')
    assert.match(messageOf(probes, 's3.clock'), /^S3_CREDENTIALS .*behind that of S3 -> .*set the clock/)
  })

  it('tells that S3 does not serve ranges', async () => {
    s3.misbehave(({ headers }) => (headers.range === undefined ? {} : { error: 501, code: 'NotImplemented' }))
    assert.match(
      messageOf(await fails('s3.healthcheck'), 's3.healthcheck'),
      /^S3_BAD_ANSWER a range of one byte was answered 501/,
    )
  })

  it('names the variables that are set, and not those that usually are', async () => {
    env.S3_ENDPOINT_URL = `http://127.0.0.1:${await findFreePort()}`
    env.AWS_S3_BUCKET = 'bucket'
    env.S3PROXY_SSO_CLIENT_SECRET = 'another'
    delete env.AWS_S3_ENDPOINT
    const probes = await fails('s3.connect', 's3.healthcheck', 's3.missing-key', 's3.clock', 'sso.token')
    assert.match(
      messageOf(probes, 's3.connect'),
      /check the port in s3\.bucket and s3\.endpointUrl \(AWS_S3_BUCKET, S3_ENDPOINT_URL\)/,
    )
    assert.match(messageOf(probes, 'sso.token'), /\(SSO_CLIENT_ID, S3PROXY_SSO_CLIENT_SECRET\)/)
  })

  it('tells that nobody listens where S3 should be', async () => {
    env.AWS_S3_ENDPOINT = `http://127.0.0.1:${await findFreePort()}/bucket/`
    const probes = await fails('s3.connect', 's3.healthcheck', 's3.missing-key', 's3.clock')
    assert.match(messageOf(probes, 's3.connect'), /^S3_UNAVAILABLE .*ECONNREFUSED.*AWS_S3_ENDPOINT/)
    assert.match(messageOf(probes, 's3.clock'), /^S3_UNAVAILABLE not tried, because s3\.connect failed/)
  })

  it('tells that the name of S3 is unknown', async () => {
    env.AWS_S3_ENDPOINT = 'http://no-such-host.invalid/bucket/'
    const probes = await fails('s3.connect', 's3.healthcheck', 's3.missing-key', 's3.clock')
    assert.match(messageOf(probes, 's3.connect'), /^S3_UNAVAILABLE cannot look up no-such-host\.invalid.*DNS/)
  })

  it('tells that S3 is silent', async () => {
    s3.misbehave({ stallBeforeHead: true })
    const probes = await fails('s3.healthcheck', 's3.missing-key', 's3.clock')
    assert.match(messageOf(probes, 's3.healthcheck'), /^S3_TIMEOUT .*within \d+ ms/)
  })

  it('tells that the password of Redis is wrong', async () => {
    env.REDIS_URL = redis.url.replace(secrets.redis, 'another')
    const probes = await fails('redis.connect', 'redis.server', 'redis.roundtrip')
    assert.match(
      messageOf(probes, 'redis.connect'),
      /^SESSION_STORE_UNAVAILABLE .*WRONGPASS.*check user and password in session\.redisUrl/,
    )
  })

  it('tells that Redis is away, or says nothing', async (t) => {
    env.REDIS_URL = `redis://127.0.0.1:${await findFreePort()}`
    assert.match(
      messageOf(await fails('redis.connect', 'redis.server', 'redis.roundtrip'), 'redis.connect'),
      /ECONNREFUSED/,
    )
    const silent = await startRedisServer()
    t.after(() => silent.close())
    silent.pause()
    env.REDIS_URL = silent.url
    await fails('redis.connect', 'redis.server', 'redis.roundtrip')
  })

  it('warns of a Redis that may drop sessions, or refuse them', async (t) => {
    const small = await startRedisServer({
      args: ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'],
    })
    t.after(() => small.close())
    env.REDIS_URL = small.url
    assert.match(messageOf(await fails(), 'redis.server'), /allkeys-lru may drop sessions/)
    await small.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    assert.match(messageOf(await fails(), 'redis.server'), /nobody can sign in/)
  })

  it('tells that this Redis is a replica, or a Cluster', async (t) => {
    const [main, replica, node] = await Promise.all([
      startRedisServer(),
      startRedisServer(),
      startRedisServer({ args: ['--cluster-enabled', 'yes'] }),
    ])
    t.after(() => Promise.all([main.close(), replica.close(), node.close()]))
    await replica.command('REPLICAOF', '127.0.0.1', String(main.port))
    env.REDIS_URL = replica.url
    assert.match(messageOf(await fails('redis.server', 'redis.roundtrip'), 'redis.server'), /is a replica/)
    env.REDIS_URL = node.url
    assert.match(
      messageOf(await fails('redis.server', 'redis.roundtrip'), 'redis.server'),
      /set session\.redisCluster/,
    )
  })

  it('tells that the paths of the SSO are not there', async () => {
    env.SSO_URL = `${sso.url}elsewhere/`
    const probes = await fails('sso.authorize', 'sso.token', 'sso.me')
    assert.match(messageOf(probes, 'sso.token'), /^SSO_BAD_ANSWER .*404.*o\/token\/ lies below it/)
  })

  it('tells which addresses of the SSO are not there, by the options that gave them', async () => {
    env.S3PROXY_SSO_TOKEN_URL = 'oauth/token'
    env.S3PROXY_SSO_IDENTITY_URL = `${sso.url}me?fields=id`
    const probes = await fails('sso.token', 'sso.me')
    assert.match(messageOf(probes, 'sso.token'), /404.*check sso\.url .*: oauth\/token lies below it/)
    assert.match(messageOf(probes, 'sso.me'), /404.*check sso\.identityUrl$/)
  })

  it('tells that the secret of the application is wrong', async () => {
    env.SSO_CLIENT_SECRET = 'another'
    const probes = await fails('sso.token')
    assert.match(
      messageOf(probes, 'sso.token'),
      /^SSO_REFUSED_CODE .*401 invalid_client -> check sso\.clientId and sso\.clientSecret/,
    )
  })

  it('tells that the SSO does not know the application', async () => {
    sso.misbehave({ authorize: { status: 400, error: 'invalid_request' } })
    const probes = await fails('sso.authorize')
    assert.match(
      messageOf(probes, 'sso.authorize'),
      /^SSO_ERROR .*register https:\/\/assets\.example\.com\/__redirect_from_sso/,
    )
  })

  it('does not call what it could not check at the SSO right', async () => {
    sso.misbehave({
      authorize: { redirect: `${sso.url}login/?next=/o/authorize/` },
      token: { status: 401, error: 'invalid_grant', type: 'text/html' },
    })
    let probes = await fails()
    assert.match(
      messageOf(probes, 'sso.authorize'),
      /^ok answered 302; not checked: redirect URI, scope and PKCE/,
    )
    assert.match(messageOf(probes, 'sso.token'), /401 invalid_grant, as it should -> $/)
    sso.misbehave({ authorize: { status: 400 }, token: { html: 400 } })
    delete env.S3PROXY_SERVER_PUBLIC_URL
    probes = await fails()
    assert.match(messageOf(probes, 'sso.authorize'), /^ok answered 400; not checked: the application/)
    assert.match(messageOf(probes, 'sso.token'), /not checked: whether the SSO knows sso\.clientSecret/)
  })

  it('tells that the SSO is asked too often', async () => {
    sso.misbehave({ token: { status: 429 }, me: { status: 429 } })
    const probes = await fails('sso.token', 'sso.me')
    for (const name of ['sso.token', 'sso.me'])
      assert.match(messageOf(probes, name), /^SSO_BUSY .*answered 429/)
  })

  it('tells that the SSO lets everybody in, fails, or is silent', async () => {
    sso.misbehave({ me: { json: {} }, authorize: { html: 502 }, token: { stall: 'before-head' } })
    const probes = await fails('sso.authorize', 'sso.token', 'sso.me')
    assert.match(messageOf(probes, 'sso.me'), /^SSO_BAD_ANSWER .*it answered 200/)
    assert.match(messageOf(probes, 'sso.token'), /^SSO_TIMEOUT no answer within \d+ ms/)
  })

  it('tells that the SSO is away', async () => {
    env.SSO_URL = `http://127.0.0.1:${await findFreePort()}/`
    await fails('sso.connect', 'sso.authorize', 'sso.token', 'sso.me')
  })
})
