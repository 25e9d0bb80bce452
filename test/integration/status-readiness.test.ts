import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createHttpClient, type HttpClient } from '../helpers/clients/http-client.ts'
import { type ProxyInProcess, startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'

describe('readiness of the whole', () => {
  let redis: RedisServer
  let s3: S3StandIn
  let sso: SsoStandIn
  let proxy: ProxyInProcess
  let client: HttpClient
  let adminPort: number | undefined

  before(async () => {
    redis = await startRedisServer()
    s3 = await startS3StandIn()
    sso = await startSsoStandIn()
    s3.put('health', { body: 'fine' })
    proxy = await startProxyInProcess({ s3 }, { REDIS_URL: redis.url, SSO_URL: sso.url })
    adminPort = await proxy.app.admin.listen({ port: 0, host: '127.0.0.1' })
    client = createHttpClient()
  })
  after(async () => {
    client.close()
    proxy.app.admin.close()
    await proxy.close()
    await sso.close()
    await s3.close()
    await redis.close()
  })

  /** Polls readiness until it has a state. Each report is used for a second. */
  async function readyWhen(state: string): Promise<Record<string, string>> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const answer = await client.request(`http://127.0.0.1:${adminPort}/readyz`)
      const report = JSON.parse(answer.text)
      assert.equal(answer.status, report.state === 'unready' ? 503 : 200)
      if (report.state === state) return report.checks
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`never ${state}`)
  }
  const publicWord = async () => {
    const { status, text } = await client.request(`${proxy.origin}/__s3proxy/readyz`)
    return [status, text]
  }

  it('is ok while everything works', async () => {
    assert.deepEqual(await readyWhen('ok'), { sessions: 'ok', s3: 'ok', sso: 'ok' })
    assert.deepEqual(await publicWord(), [200, 'ok\n'])
  })

  it('is degraded while the SSO fails, with the reason on the admin port only', async () => {
    sso.misbehave({ me: { status: 503 } })
    const checks = await readyWhen('degraded')
    assert.match(checks.sso ?? '', /503/)
    assert.deepEqual([checks.sessions, checks.s3], ['ok', 'ok'])
    assert.deepEqual(await publicWord(), [200, 'degraded\n'])
    sso.misbehave()
    await readyWhen('ok')
  })

  it('is degraded while S3 fails, refuses our signature, or lacks the health-check object', async () => {
    s3.misbehave({ error: 403, code: 'SignatureDoesNotMatch' })
    assert.match((await readyWhen('degraded')).s3 ?? '', /s3\.secretAccessKey/)
    s3.misbehave(null)
    await readyWhen('ok')
    s3.delete('health')
    assert.match((await readyWhen('degraded')).s3 ?? '', /s3\.healthcheckKey/)
    s3.put('health', { body: 'fine' })
    await readyWhen('ok')
  })

  it('is unready while Redis is away, and ok again by itself', async () => {
    await redis.kill()
    assert.match((await readyWhen('unready')).sessions ?? '', /session\.redisUrl/)
    assert.deepEqual(await publicWord(), [503, 'unready\n'])
    assert.equal((await client.request(`${proxy.origin}/__s3proxy/livez`)).status, 200)
    assert.equal((await client.request(`${proxy.origin}/health`)).text, 'fine')
    await redis.restart()
    await readyWhen('ok')
  })

  it('asks S3 and the SSO once for many that ask at the same time', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const [requests, calls] = [s3.requestCount, sso.calls.me]
    const words = await Promise.all(Array.from({ length: 50 }, publicWord))
    assert.ok(words.every(([status]) => status === 200))
    assert.deepEqual([s3.requestCount - requests, sso.calls.me - calls], [1, 1])
  })

  it('warns at start of what cannot be reached, with the option to look at', async () => {
    const lost = await startProxyInProcess({ s3 }, { AWS_S3_ENDPOINT: 'http://127.0.0.1:9/bucket/' })
    await lost.app.warnOfUnreachable()
    const warnings = lost.log.filter(({ msg }) => msg.startsWith('not usable yet'))
    assert.deepEqual(warnings.map(({ dependency }) => dependency).sort(), ['s3', 'sso'])
    assert.match(warnings.map(({ msg }) => msg).join(), /sso\.url/)
    await lost.close()
    await proxy.app.warnOfUnreachable()
    assert.ok(proxy.log.every(({ msg }) => !msg.startsWith('not usable yet')))
  })
})

describe('the admin port', () => {
  it('answers livez, readyz and nothing of the public port', async (t) => {
    const s3 = await startS3StandIn()
    const proxy = await startProxyInProcess({ s3 })
    const client = createHttpClient()
    t.after(async () => {
      client.close()
      proxy.app.admin.close()
      await proxy.close()
      await s3.close()
    })
    const port = await proxy.app.admin.listen({ port: 0, host: '127.0.0.1' })
    const ask = (path: string) => client.request(`http://127.0.0.1:${port}${path}`)
    assert.deepEqual([(await ask('/livez')).status, (await ask('/livez')).text], [200, 'ok\n'])
    for (const path of ['/', '/health', '/__s3proxy/livez', '/livez/x'])
      assert.equal((await ask(path)).status, 404)
    for (const path of ['/readyz', '/livez', '/metrics'])
      assert.equal((await client.request(`${proxy.origin}${path}`)).status, 302, path)
  })
})
