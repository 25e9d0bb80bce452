import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { sha256, startDownload } from '../helpers/clients/download.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import { startRawServer } from '../helpers/network/raw-server.ts'
import type { LogLine } from '../helpers/proxy/log-lines.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

/** A module that is loaded before the program, and sets the wall clock back on SIGUSR2. */
const clockThatJumps = `data:text/javascript,${encodeURIComponent(`
  const wallClock = Date.now
  let backMs = 0
  Date.now = () => wallClock() - backMs
  process.on('SIGUSR2', () => {
    backMs = 3_600_000
    console.error('an hour ago')
  })
`)}`

describe('s3proxy serve, when what it needs is away', { timeout: 120_000 }, () => {
  const { stage, newClient } = useStage()

  it('starts without Redis and SSO, says so, answers 503, and goes on when they come', async () => {
    await stage().redis.kill()
    const proxy = await stage().serve()
    const client = newClient()
    const ready = () => client.request(`${proxy.origin}/__s3proxy/readyz`)
    const lost = await proxy.logged((line) => line.code === 'SESSION_STORE_UNAVAILABLE')
    assert.match(lost.msg, /session\.redisUrl/)
    assert.equal((await ready()).status, 503)
    assert.equal((await client.request(`${proxy.origin}/a%20page.html`)).status, 503)
    assert.equal((await client.request(`${proxy.origin}/health.txt`)).status, 200)
    await stage().redis.restart()
    await proxy.logged((line) => line.msg === 'Redis is back' || line.msg === 'connected to Redis')
    assert.equal((await logIn(client, `${proxy.origin}/a%20page.html`)).status, 200)
    await proxy.stop()
  })

  for (const [what, more] of [
    ['Redis', {}],
    ['a Sentinel', { S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' }],
  ] as const) {
    it(`starts while ${what} is silent, and says so`, async (t) => {
      const silent = await startRawServer(t, () => {})
      const redisUrl = `redis://127.0.0.1:${silent.port}`
      const proxy = await stage().serve({ S3PROXY_SESSION_REDIS_URL: redisUrl, ...more })
      await proxy.logged((line) => line.msg.startsWith('no connection to Redis'))
      assert.equal((await newClient().request(`${proxy.origin}/a%20page.html`)).status, 503)
      assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    })
  }

  it('listens before it knows whether Redis answers, and lets only those wait who need it', async (t) => {
    const silent = await startRawServer(t, () => {})
    const proxy = await stage().serve({
      S3PROXY_SESSION_REDIS_URL: `redis://127.0.0.1:${silent.port}`,
      S3PROXY_SESSION_TIMEOUT_MS: '3000',
    })
    const isLost = (line: LogLine) => line.msg.startsWith('no connection to Redis')
    const page = newClient().request(`${proxy.origin}/a%20page.html`)
    assert.equal((await newClient().request(`${proxy.origin}/health.txt`)).status, 200)
    assert.equal(proxy.log.find(isLost), undefined)
    assert.equal((await page).status, 503)
    await proxy.logged(isLost)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('tells what Redis does also when the wall clock jumps back an hour', async () => {
    const proxy = await stage().serve({ NODE_OPTIONS: `--import=${clockThatJumps}` })
    const client = newClient()
    const ready = async () => (await client.request(`${proxy.origin}/__s3proxy/readyz`)).status
    assert.equal(await eventually(ready, (status) => status === 200), 200)
    proxy.child.kill('SIGUSR2')
    await eventually(
      async () => proxy.output.stderr,
      (text) => text.includes('an hour ago'),
    )
    stage().redis.pause()
    assert.equal(await eventually(ready, (status) => status === 503), 503)
    stage().redis.resume()
    assert.equal(await eventually(ready, (status) => status === 200), 200)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('answers 503 while Redis is paused, lets bodies run on, and recovers by itself', async () => {
    const proxy = await stage().serve({ S3PROXY_SESSION_TIMEOUT_MS: '200' })
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const download = await startDownload(proxy, client, '/large.bin')
    stage().redis.pause()
    const refused = await client.request(`${proxy.origin}/a%20page.html`)
    assert.equal(refused.status, 503)
    assert.ok(Number(refused.headers['retry-after']) > 0)
    assert.equal(await sha256(download), generatedSha256(64 << 20, 3))
    stage().redis.resume()
    const answer = await eventually(
      () => client.request(`${proxy.origin}/a%20page.html`),
      ({ status }) => status !== 503,
    )
    assert.equal(answer.status, 200)
    await proxy.stop()
  })

  it('ends a download visibly when S3 breaks and cannot be continued', async () => {
    const proxy = await stage().serve()
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    stage().s3.misbehave({ cutAfterBytes: 3 << 20, how: 'reset', noEtag: true })
    const download = await startDownload(proxy, client, '/large.bin')
    const failed = once(download, 'error')
    download.resume()
    await failed
    assert.equal(download.complete, false)
    const line = await proxy.logged((candidate) => candidate.outcome === 'cut')
    assert.equal(line.path, '/large.bin')
    await proxy.stop()
  })
})
