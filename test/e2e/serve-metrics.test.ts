import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startDownload } from '../helpers/clients/download.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'
import { useStage } from '../helpers/stage/use-stage.ts'
import { askBothWorkers } from './both-workers.ts'
import { adminOf, scrape, withAdmin } from './scrape-metrics.ts'

const two = { ...withAdmin, S3PROXY_SERVER_WORKERS: '2' }

const pages = 's3proxy_requests_total{route="object",method="GET",status="200"}'

describe('s3proxy serve with an admin port', { timeout: 60_000 }, () => {
  const { stage, newClient } = useStage()
  const listens = (proxy: ProxyProcess, worker: number) =>
    proxy.logged((line) => line.msg === 'listening' && line.worker === worker)

  it('tells Prometheus what was asked, what it took and what goes on, and of nobody', async () => {
    const proxy = await stage().serve(withAdmin)
    const admin = await adminOf(proxy)
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    await client.request(`${proxy.origin}/no-such-object`)
    await client.request(`${proxy.origin}/health.txt`)
    const seen = await eventually(
      () => scrape(client, admin),
      (metrics) => metrics.has('s3proxy_requests_total{route="healthcheck",method="GET",status="200"}'),
    )
    for (const [name, value] of Object.entries({
      [pages]: 1,
      's3proxy_requests_total{route="object",method="GET",status="404"}': 1,
      's3proxy_requests_total{route="login",method="GET",status="302"}': 1,
      's3proxy_requests_total{route="callback",method="GET",status="302"}': 1,
      's3proxy_errors_total{code="OBJECT_NOT_FOUND"}': 1,
      's3proxy_bodies_total{outcome="complete"}': 2,
      's3proxy_logins_total{step="started"}': 1,
      's3proxy_logins_total{step="returned"}': 1,
      's3proxy_logins_total{step="finished"}': 1,
      's3proxy_logins_total{step="denied"}': 0,
      's3proxy_first_byte_seconds_count{route="object"}': 2,
      's3proxy_wait_seconds_count{for="s3"}': 3,
      's3proxy_wait_seconds_count{for="sso"}': 1,
      s3proxy_session_store_up: 1,
      s3proxy_open_requests: 0,
      s3proxy_processes: 1,
    }))
      assert.equal(seen.get(name), value, name)
    assert.ok(
      [...seen.keys()].some((name) =>
        /^s3proxy_build_info\{version="\d+\.\d+\.\d+",commit="[^"]+",node="\d/.test(name),
      ),
    )
    const download = await startDownload(proxy, client, '/large.bin')
    const during = await scrape(newClient(), admin)
    assert.deepEqual(
      ['s3proxy_open_requests', 's3proxy_open_streams'].map((name) => during.get(name)),
      [1, 1],
    )
    assert.ok(Number(during.get('s3proxy_s3_connections{state="busy"}')) >= 1)
    download.destroy()
    const after = await eventually(
      () => scrape(newClient(), admin),
      (metrics) => metrics.get('s3proxy_bodies_total{outcome="aborted"}') === 1,
    )
    assert.equal(after.get('s3proxy_open_streams'), 0)
    const { text } = await newClient().request(`${admin}/metrics`)
    for (const word of ['alice', 'page', 'no-such-object', 'large']) assert.ok(!text.includes(word), word)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('counts what was no HTTP and what nobody expects under names that are known', async () => {
    const proxy = await stage().serve(withAdmin)
    const admin = await adminOf(proxy)
    for (const method of ['PROPFIND', 'PURGE', 'TRACE'])
      await newClient().request(`${proxy.origin}/x`, { method })
    const name = 's3proxy_requests_total{route="object",method="other",status="405"}'
    const metrics = await eventually(
      () => scrape(newClient(), admin),
      (seen) => seen.get(name) === 3,
    )
    assert.equal(metrics.get(name), 3)
    await proxy.stop()
  })

  it('loads nothing for metrics and traces unless they are asked for', async () => {
    const loaded = async (env: Record<string, string>) => {
      const proxy = await stage().serve({ ...env, NODE_DEBUG: 'module' })
      await newClient().request(`${proxy.origin}/health.txt`)
      await proxy.stop()
      const names = proxy.output.stderr.matchAll(/ load "[^"]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)
      return new Set([...names].map(([, name = '']) => name))
    }
    const [without, metrics] = [await loaded({}), await loaded(withAdmin)]
    const ofMetrics = [...metrics].filter((name) => !without.has(name))
    assert.ok(without.has('pino'))
    assert.ok(ofMetrics.includes('prom-client'), ofMetrics.join())
    // prom-client loads the API of OpenTelemetry, which does nothing by itself.
    const ofTraces = (names: Iterable<string>) =>
      [...names].filter((name) => name.startsWith('@opentelemetry/'))
    assert.deepEqual([ofTraces(without), ofTraces(metrics)], [[], ['@opentelemetry/api']])
  })

  it('adds up what two workers did, and keeps it when one of them dies', async () => {
    const proxy = await stage().serve(two)
    const admin = await adminOf(proxy)
    const [first] = await Promise.all([listens(proxy, 1), listens(proxy, 2)])
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const cookie = client.jar.header('127.0.0.1', '/')
    const asked =
      1 +
      (await askBothWorkers(proxy, () =>
        newClient().request(`${proxy.origin}/a%20page.html`, { headers: { cookie } }),
      ))
    const seen = await eventually(
      () => scrape(newClient(), admin),
      (metrics) => metrics.get(pages) === asked,
    )
    assert.equal(seen.get(pages), asked)
    assert.equal(seen.get('s3proxy_processes'), 2)
    assert.equal(seen.get('s3proxy_session_store_up'), 2)

    process.kill(Number(first.pid), 'SIGKILL')
    await proxy.logged((line) => line.msg.startsWith('a worker ended with SIGKILL'))
    const after = await scrape(newClient(), admin)
    assert.equal(after.get(pages), asked)
    await listens(proxy, 3)
    await newClient().request(`${proxy.origin}/a%20page.html`, { headers: { cookie } })
    const last = await eventually(
      () => scrape(newClient(), admin),
      (metrics) => metrics.get(pages) === asked + 1,
    )
    assert.deepEqual([last.get(pages), last.get('s3proxy_processes')], [asked + 1, 2])
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('is ready as long as one worker is, with the reasons of each', async () => {
    const proxy = await stage().serve(two)
    const admin = await adminOf(proxy)
    const [first, second] = await Promise.all([listens(proxy, 1), listens(proxy, 2)])
    const ready = async () => {
      const { status, text } = await newClient().request(`${admin}/readyz`)
      return { status, ...JSON.parse(text) }
    }
    const everything = { state: 'ok', checks: { sessions: 'ok', s3: 'ok', sso: 'ok' } }
    assert.deepEqual(await eventually(ready, ({ state }) => state === 'ok'), {
      status: 200,
      state: 'ok',
      checks: {},
      workers: { 1: everything, 2: everything },
    })
    // A stopped worker does not answer, as if it were in an endless loop.
    process.kill(Number(first.pid), 'SIGSTOP')
    const one = await ready()
    assert.deepEqual([one.status, one.state], [200, 'degraded'])
    assert.match(one.workers[1].checks.process, /^WORKER_SILENT: no answer within/)
    assert.deepEqual(one.workers[2], everything)
    process.kill(Number(second.pid), 'SIGSTOP')
    const none = await ready()
    assert.deepEqual([none.status, none.state], [503, 'unready'])
    assert.equal((await newClient().request(`${admin}/livez`)).status, 200)
    for (const { pid } of [first, second]) process.kill(Number(pid), 'SIGCONT')
    assert.equal((await eventually(ready, ({ state }) => state === 'ok')).status, 200)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('is not ready from SIGTERM on, while workers finish what they do', async () => {
    const proxy = await stage().serve(two)
    const admin = await adminOf(proxy)
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const download = await startDownload(proxy, client, '/large.bin')
    proxy.child.kill('SIGTERM')
    await proxy.logged((line) => line.msg === 'shutting down: workers drain')
    const answer = await newClient().request(`${admin}/readyz`)
    assert.deepEqual(
      [answer.status, JSON.parse(answer.text)],
      [503, { state: 'unready', checks: { process: 'SHUTTING_DOWN: the process is shutting down' } }],
    )
    download.resume()
    assert.deepEqual(await proxy.exited, { status: 0, signal: null })
  })

  it('ends when the admin port is taken', async () => {
    const proxy = await stage().serve(withAdmin)
    const taken = (await adminOf(proxy)).split(':')[2] ?? ''
    for (const workers of ['1', '2'])
      await assert.rejects(
        stage().serve({ ...two, S3PROXY_SERVER_WORKERS: workers, S3PROXY_SERVER_ADMIN_PORT: taken }),
        /ended with 1 before it listened[\s\S]*LISTEN_FAILED[\s\S]*server\.adminPort[\s\S]*EADDRINUSE/,
      )
    await proxy.stop()
  })
})
