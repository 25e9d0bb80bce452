import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { sha256, startDownload } from '../helpers/clients/download.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { canary, useStage } from '../helpers/stage/use-stage.ts'
import { askBothWorkers } from './both-workers.ts'
import { startOtlpCollector } from './otlp-collector.ts'
import { adminOf, scrape, withAdmin } from './scrape-metrics.ts'
import { isTaken, reload } from './send-sighup.ts'

const filmBytes = 48 << 20

describe('s3proxy serve, with mounts', { timeout: 120_000 }, () => {
  const { stage, newClient } = useStage()
  let [first, second, third] = [] as unknown as [S3StandIn, S3StandIn, S3StandIn]

  before(async () => {
    const secretAccessKey = `${canary}-of-a-mount`
    first = await startS3StandIn({ secretAccessKey, bucket: 'first' })
    second = await startS3StandIn({ secretAccessKey, bucket: 'second' })
    third = await startS3StandIn({ secretAccessKey, bucket: 'third' })
    for (const [seed, s3] of [first, second, third].entries()) {
      s3.put('text', { body: `text of ${s3.bucket}` })
      s3.put('film', { body: { sizeBytes: filmBytes, seed } })
    }
  })
  after(() => Promise.all([first.close(), second.close(), third.close()]))

  const at = (path: string, { region, endpoint, accessKeyId, secretAccessKey }: S3StandIn) => ({
    ...{ path, region, endpoint, accessKeyId, secretAccessKey },
  })

  /** Starts a proxy with mounts in a file, in an environment that names no bucket. */
  async function start(t: TestContext, content: object, env: Record<string, string> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 's3proxy-mounts-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 's3proxy.json')
    const write = (given: object) => writeFileSync(file, JSON.stringify(given))
    write(content)
    const none = { AWS_S3_ENDPOINT: '', AWS_S3_HEALTHCHECK_KEY: '' }
    const proxy = await stage().serve({ ...none, ...withAdmin, S3PROXY_CONFIG: file, ...env })
    t.after(() => proxy.stop())
    const client = newClient()
    /** Asks on a connection of its own, so that any worker may answer. */
    const textAt = async (path: string) => {
      const headers = { cookie: client.jar.header('127.0.0.1', '/'), connection: 'close' }
      const { status, text } = await newClient().request(proxy.origin + path, { headers })
      return status === 200 ? text : status
    }
    return { proxy, client, write, textAt }
  }

  for (const workers of [1, 2]) {
    it(`adds, changes and removes them on SIGHUP while downloads run, with ${workers} workers`, async (t) => {
      const kept = at('/kept/', first)
      const mounts = { kept, changed: at('/changed/', first), gone: at('/gone/', second) }
      const env = { S3PROXY_SERVER_WORKERS: String(workers) }
      const { proxy, client, write, textAt } = await start(t, { mounts }, env)
      await logIn(client, `${proxy.origin}/kept/text`)
      if (workers === 2) await askBothWorkers(proxy, () => textAt('/kept/text'))
      const paths = Object.keys(mounts).flatMap(
        (name) => Array(2 * workers).fill(`/${name}/film`) as string[],
      )
      const downloads = await Promise.all(paths.map((path) => startDownload(proxy, client, path)))
      let isOver = false
      const traffic = Array.from({ length: 3 }, async () => {
        let answers = 0
        for (; !isOver; answers++) assert.equal(await textAt('/kept/text'), 'text of first')
        return answers
      })
      write({ mounts: { kept, changed: at('/changed/', third), new: at('/new/', first) } })
      const { msg, changed } = await reload(proxy)
      assert.match(msg, isTaken)
      assert.deepEqual([changed].flat().sort(), ['mounts.changed.endpoint', 'mounts.gone', 'mounts.new'])
      for (let count = 0; count < 4 * workers; count++) {
        assert.equal(await textAt('/new/text'), 'text of first')
        assert.equal(await textAt('/changed/text'), 'text of third')
        assert.equal(await textAt('/gone/text'), 404)
      }
      isOver = true
      for (const answers of await Promise.all(traffic)) assert.ok(answers > 0)
      const seeds = { kept: 0, changed: 0, gone: 1 }
      for (const [index, download] of downloads.entries()) {
        const name = (paths[index]?.split('/')[1] ?? '') as keyof typeof seeds
        assert.equal(await sha256(download), generatedSha256(filmBytes, seeds[name]), name)
      }
      // Nobody uses the connections to the second S3 any more.
      await second.connectionsBelow(1)
      const ended = await proxy.logged((line) => line.path === '/gone/film')
      assert.deepEqual([ended.mount, ended.key, ended.outcome], ['gone', 'film', 'complete'])
      const admin = await adminOf(proxy)
      const complete = (mount: string) => `s3proxy_bodies_total{outcome="complete",mount="${mount}"}`
      const metrics = await eventually(
        () => scrape(newClient(), admin),
        (seen) => seen.get(complete('gone')) === 2 * workers,
      )
      assert.equal(metrics.get(complete('gone')), 2 * workers)
      assert.equal(metrics.get(complete('new')), 4 * workers)
      assert.equal(
        metrics.get('s3proxy_requests_total{route="unmounted",method="GET",status="404"}'),
        4 * workers,
      )
      const origins = [...metrics.keys()].flatMap(
        (name) => /^s3proxy_s3_waiting\{origin="(.*)"\}$/.exec(name)?.[1] ?? [],
      )
      assert.deepEqual(origins.sort(), [first.origin, third.origin].sort())
    })
  }

  it('keeps no connection, file or series of the mounts that many reloads remove', async (t) => {
    const kept = at('/kept/', first)
    const { proxy, client, write, textAt } = await start(t, { mounts: { kept } })
    await logIn(client, `${proxy.origin}/kept/text`)
    const descriptors = () => readdirSync(`/proc/${proxy.child.pid}/fd`).length
    const openFiles = process.platform === 'linux' ? descriptors : () => 0
    const before = openFiles()
    for (let count = 0; count < 150; count++) {
      write({ mounts: { kept, [`m${count}`]: at('/other/', count % 2 === 0 ? second : third) } })
      assert.match((await reload(proxy)).msg, isTaken)
      assert.equal(await textAt('/other/text'), `text of ${count % 2 === 0 ? 'second' : 'third'}`)
      assert.equal(await textAt('/kept/text'), 'text of first')
    }
    write({ mounts: { kept } })
    assert.match((await reload(proxy)).msg, isTaken)
    await Promise.all([second.connectionsBelow(1), third.connectionsBelow(1)])
    const after = await eventually(
      async () => openFiles(),
      (now) => now <= before + 4,
    )
    assert.ok(after <= before + 4, `${before} open files before, ${after} after`)
    const names = [...(await scrape(newClient(), await adminOf(proxy))).keys()]
    const mounts = new Set(names.flatMap((name) => /mount="(.*?)"/.exec(name)?.[1] ?? []))
    assert.equal(mounts.size, 1 + 100)
    assert.ok(mounts.has('kept') && mounts.has('m149') && !mounts.has('m0'))
  })

  it('signs people in at the host of a mount, and back there, with a session of that host alone', async (t) => {
    const port = await findFreePort()
    const content = {
      server: { publicUrl: `http://127.0.0.1:${port}` },
      mounts: { docs: at('/', first), films: { ...at('/', second), host: 'localhost' } },
    }
    const { proxy } = await start(t, content, { PORT: String(port) })
    stage().sso.allowRedirect(`http://localhost:${port}/__redirect_from_sso`)
    const client = newClient()
    const [docs, films] = [`http://127.0.0.1:${port}/text?v=1`, `http://localhost:${port}/text?v=2`]
    const begun = await client.request(films)
    assert.equal(begun.status, 302)
    const redirectUri = new URL(begun.headers.location ?? '').searchParams.get('redirect_uri')
    assert.equal(redirectUri, `http://localhost:${port}/__redirect_from_sso`)
    const there = await logIn(client, films)
    assert.deepEqual([there.url, there.text], [films, 'text of second'])
    // The browser has no cookie for the other host, and has to sign in there.
    assert.equal((await client.request(docs)).status, 302)
    const here = await logIn(client, docs)
    assert.deepEqual([here.url, here.text], [docs, 'text of first'])
    assert.notEqual(client.jar.header('localhost', '/'), client.jar.header('127.0.0.1', '/'))
    for (const mount of ['films', 'docs'])
      await proxy.logged((line) => line.mount === mount && line.key === 'text' && line.status === 200)
    const elsewhere = await client.request(films, { headers: { host: `elsewhere.example.com:${port}` } })
    assert.equal(elsewhere.status, 421)
  })

  it('names the options of a mount in log and readiness, and those of s3 that it inherits', async (t) => {
    const { accessKeyId } = first
    const wrong = { accessKeyId, secretAccessKey: `${canary}-wrong` }
    const { region, endpoint } = at('/', first)
    const content = {
      s3: wrong,
      mounts: {
        own: { path: '/own/', ...{ region, endpoint }, ...wrong },
        inherits: { path: '/inherits/', ...{ region, endpoint } },
      },
    }
    const { proxy, client } = await start(t, content, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' })
    await logIn(client, `${proxy.origin}/own/text`)
    await client.request(`${proxy.origin}/inherits/text`)
    const keysOf = {
      own: /check mounts\.own\.accessKeyId and mounts\.own\.secretAccessKey,/,
      inherits: /check s3\.accessKeyId and s3\.secretAccessKey \(.*s3proxy\.json\),/,
    }
    const ready = await client.request(`${await adminOf(proxy)}/readyz`)
    const { state, checks } = JSON.parse(ready.text)
    assert.equal(state, 'degraded')
    for (const [mount, keys] of Object.entries(keysOf)) {
      const line = await proxy.logged((entry) => entry.code === 'S3_CREDENTIALS' && entry.mount === mount)
      assert.match(line.msg, keys)
      assert.match(checks[`s3.${mount}`], keys)
    }
  })

  it('names the mount in the spans of its requests', async (t) => {
    const collector = await startOtlpCollector(t)
    const mounts = { films: at('/films/', first) }
    const { proxy, client } = await start(
      t,
      { mounts },
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    )
    await logIn(client, `${proxy.origin}/films/text`)
    const named = (name: string) => collector.spans.find((span) => span.name === name)
    await eventually(
      async () => named('GET object'),
      (span) => span !== undefined,
    )
    assert.equal(named('GET object')?.attributes['s3proxy.mount'], 'films')
    assert.equal(named('GET callback')?.attributes['s3proxy.mount'], undefined)
  })

  it('keeps all of the old where a mount of the new is wrong, and names both', async (t) => {
    const kept = at('/kept/', first)
    const { proxy, client, write, textAt } = await start(t, { mounts: { kept } })
    await logIn(client, `${proxy.origin}/kept/text`)
    write({ mounts: { kept, twice: at('/kept/', second) } })
    assert.match((await reload(proxy)).msg, /not taken.*mounts\.twice\.path.* is where mounts\.kept is/)
    assert.equal(await textAt('/kept/text'), 'text of first')
  })
})
