import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { logIn, signInAt } from '../helpers/clients/sign-in.ts'
import { startProxy } from '../helpers/proxy/proxy-process.ts'
import { canary, useStage } from '../helpers/stage/use-stage.ts'

describe('s3proxy serve', { timeout: 120_000 }, () => {
  const { stage, newClient } = useStage()

  it('leads a visitor through the login to the object, with the environment of the original', async () => {
    const proxy = await stage().serve()
    const client = newClient()
    const answer = await logIn(client, `${proxy.origin}/a%20page.html?utm=1`)
    assert.equal(answer.url, `${proxy.origin}/a%20page.html?utm=1`)
    assert.equal(answer.status, 200)
    assert.equal(answer.text, '<h1>page</h1>')
    const policy = String(answer.headers['content-security-policy'])
    assert.match(policy, /^sandbox\b/)
    assert.doesNotMatch(policy, /allow-scripts/)
    const health = await newClient().request(`${proxy.origin}/health.txt`)
    assert.deepEqual([health.status, health.text], [200, 'ok'])
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('knows a session after a restart, and finishes a login that another instance began', async () => {
    const first = await stage().serve()
    // Behind one router, every instance gets the same host.
    const headers = { host: new URL(first.origin).host }
    const client = newClient()
    const begun = await client.request(`${first.origin}/other.txt?x`)
    const callback = await signInAt(client, begun.headers.location ?? '')
    await first.stop()
    const second = await stage().serve()
    const target = callback.slice(first.origin.length)
    const landed = await client.request(second.origin + target, { headers })
    assert.equal(landed.status, 302)
    assert.equal(landed.headers.location, `${first.origin}/other.txt?x`)
    assert.equal((await client.request(`${second.origin}/a%20page.html`, { headers })).text, '<h1>page</h1>')
    await second.stop()
    const third = await stage().serve()
    assert.equal((await client.request(`${third.origin}/a%20page.html`)).status, 200)
    await third.stop()
  })

  it('exits 2 on a bad configuration, before it listens, with every problem', async () => {
    const { AWS_S3_REGION: _, ...env } = stage().env
    const bad = { ...env, SSO_URL: 'nonsense', S3PROXY_S3_MAX_ATTEMPTS: 'many' }
    await assert.rejects(startProxy(bad), (error: Error) => {
      assert.match(error.message, /ended with 2 before it listened/)
      for (const name of ['s3.region', 'AWS_S3_REGION', 'sso.url', 'SSO_URL', 's3.maxAttempts'])
        assert.ok(error.message.includes(name), name)
      assert.ok(!error.message.includes(canary))
      return true
    })
  })

  it('exits 1 with one clear line when its port is taken', async () => {
    const proxy = await stage().serve()
    await assert.rejects(startProxy({ ...stage().env, PORT: String(proxy.port) }), (error: Error) => {
      assert.match(error.message, /ended with 1 before it listened/)
      assert.match(error.message, /EADDRINUSE/)
      return true
    })
    await proxy.stop()
  })

  it('exits 1, and says why, when it is not installed as a whole', async () => {
    const missing = { ...stage().env, NODE_OPTIONS: `--import ${withoutPackage('ioredis')}` }
    const proxy = await startProxy(missing)
    assert.deepEqual(await proxy.exited, { status: 1, signal: null })
    const [line] = proxy.log.filter(({ level }) => level === 'error')
    assert.equal(line?.code, 'INTERNAL')
    assert.match(String(line?.msg), /^cannot serve: there is no ioredis/)
    // Workers are not replaced for ever: a worker listens only when it can serve.
    await assert.rejects(startProxy({ ...missing, S3PROXY_SERVER_WORKERS: '2' }), (error: Error) => {
      assert.match(error.message, /ended with 1 before it listened/)
      assert.match(error.message, /there is no ioredis.*given up/s)
      return true
    })
  })

  it('names in one line each request: id, method, path, status, bytes, outcome, durations, who', async () => {
    const proxy = await stage().serve()
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`, { login: 'berta' })
    await client.request(`${proxy.origin}/a%20page.html?secret=1`, {
      headers: { 'x-request-id': 'request-1234' },
    })
    const line = await proxy.logged((candidate) => candidate.requestId === 'request-1234')
    assert.deepEqual(
      [line.method, line.path, line.status, line.bytes, line.outcome, line.who],
      ['GET', '/a%20page.html', 200, 13, 'complete', 'berta'],
    )
    for (const name of ['totalMs', 'sessionMs', 's3Ms']) assert.equal(typeof line[name], 'number', name)
    await proxy.stop()
  })
})

/** The value of `--import` for a process that does not find a package. */
function withoutPackage(name: string): string {
  const hooks = moduleUrl(`
    export async function resolve(specifier, context, next) {
      if (specifier === '${name}') throw new Error('there is no ${name}')
      return next(specifier, context)
    }`)
  return moduleUrl(`import { register } from 'node:module'; register('${hooks}')`)
}

function moduleUrl(source: string): string {
  return `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
}
