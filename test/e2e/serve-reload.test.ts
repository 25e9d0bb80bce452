import assert from 'node:assert/strict'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { sha256, startDownload } from '../helpers/clients/download.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { emptyFolder, fileWith } from '../helpers/config/file-with.ts'
import { eventually } from '../helpers/eventually.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { canary, useStage } from '../helpers/stage/use-stage.ts'
import { isRefused, isTaken, reload } from './send-sighup.ts'

describe('s3proxy serve, on SIGHUP', { timeout: 120_000 }, () => {
  const { stage, newClient } = useStage()

  /** Starts a proxy that reads its bucket from a file, and the secret of the bucket from another file. */
  async function start(t: TestContext, env: Record<string, string> = {}) {
    const folder = emptyFolder(t)
    const [config, secret] = [join(folder, 's3proxy.json'), join(folder, 'secret')]
    const write = (bucket: S3StandIn, more: Record<string, object> = {}) => {
      const { region, endpoint, accessKeyId } = bucket
      writeFileSync(config, JSON.stringify({ ...more, s3: { region, endpoint, accessKeyId, ...more.s3 } }))
      writeFileSync(secret, bucket.secretAccessKey)
    }
    write(stage().s3)
    const own = { S3PROXY_CONFIG: config, AWS_SECRET_ACCESS_KEY_FILE: secret, ...env }
    const none = { AWS_S3_REGION: '', AWS_S3_ENDPOINT: '', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    const proxy = await stage().serve({ ...none, AWS_S3_HEALTHCHECK_KEY: '', S3PROXY_LOG_LEVEL: '', ...own })
    t.after(() => proxy.stop())
    const other = await startS3StandIn({ secretAccessKey: `${canary}-of-another`, bucket: 'other' })
    t.after(() => other.close())
    other.put('a page.html', { body: 'another page' })
    return { proxy, other, write, config, secret }
  }

  it('takes another bucket and its credentials, keeps sessions in memory, and completes what is under way', async (t) => {
    const { proxy, other, write } = await start(t, { VCAP_SERVICES: '' })
    const client = newClient()
    const page = `${proxy.origin}/a%20page.html`
    assert.equal((await logIn(client, page)).text, '<h1>page</h1>')
    const download = await startDownload(proxy, client, '/large.bin')
    write(other)
    const line = await reload(proxy)
    assert.deepEqual(line.changed, ['s3.endpoint', 's3.secretAccessKey'])
    assert.equal((await client.request(page)).text, 'another page')
    assert.equal((await client.request(`${proxy.origin}/large.bin`)).status, 404)
    assert.equal(await sha256(download), generatedSha256(64 << 20, 3))
    await stage().s3.connectionsBelow(1)
  })

  it('keeps all of the old when something is wrong with the new, and names every problem in one line', async (t) => {
    const { proxy, other, write, config, secret } = await start(t)
    const client = newClient()
    const page = `${proxy.origin}/a%20page.html`
    await logIn(client, page)
    write(other, { s3: { maxAttempts: 0 }, sso: { timeoutMs: 'long' } })
    const line = await reload(proxy)
    assert.equal(line.level, 'error')
    assert.match(line.msg, /s3\.maxAttempts .*; sso\.timeoutMs /)
    writeFileSync(config, '{"s3": ')
    assert.match((await reload(proxy)).msg, /is not JSON/)
    write(other)
    rmSync(secret)
    assert.match((await reload(proxy)).msg, /s3\.secretAccessKey \(AWS_SECRET_ACCESS_KEY_FILE\)/)
    assert.equal((await client.request(page)).text, '<h1>page</h1>')
    write(other)
    assert.match((await reload(proxy)).msg, isTaken)
    assert.equal((await client.request(page)).text, 'another page')
  })

  it('changes limits, hosts, cookies, log level and the client secret, and names what only a restart changes', async (t) => {
    const { proxy, write } = await start(t)
    const client = newClient()
    const page = `${proxy.origin}/a%20page.html`
    await logIn(client, page)
    write(stage().s3, {
      server: { workers: 3, publicUrl: proxy.origin },
      session: { cookieName: 'other' },
      sso: { tokenCheckIntervalSeconds: 0 },
      s3: { healthcheckKey: 'health.txt' },
      log: { level: 'warn' },
    })
    proxy.child.kill('SIGHUP')
    const line = await proxy.logged(({ msg }) => msg.startsWith('only a restart changes'))
    assert.deepEqual(line.kept, ['server.workers'])
    const headers = { host: 'elsewhere.example.com' }
    assert.equal((await client.request(page, { headers })).status, 421)
    assert.equal((await client.request(`${proxy.origin}/health.txt`)).status, 200)
    const begun = await client.request(page)
    assert.match(String(begun.headers['set-cookie']), /^other_login=/)
    assert.ok(!proxy.log.some(({ msg, path }) => msg === 'request' && path === '/health.txt'))
  })

  for (const workers of [1, 2]) {
    it(`tries another Redis user first, and keeps the old one when that fails, with ${workers} workers`, async (t) => {
      const { redis } = stage()
      await redis.command('acl', 'setuser', 'rotated', 'on', `>${canary}-rotated`, '~s3proxy:*', '+@all')
      const file = fileWith(t, redis.url)
      const { proxy } = await start(t, {
        VCAP_SERVICES: '',
        REDIS_URL_FILE: file,
        S3PROXY_SERVER_WORKERS: String(workers),
      })
      for (let worker = 1; workers > 1 && worker <= workers; worker++)
        await proxy.logged((line) => line.msg === 'listening' && line.worker === worker)
      const client = newClient()
      const page = `${proxy.origin}/a%20page.html`
      await logIn(client, page)
      writeFileSync(file, `redis://rotated:${canary}-wrong@127.0.0.1:${redis.port}`)
      const refused = await reload(proxy)
      assert.match(refused.msg, /not taken.*no connection to Redis \(session\.redisUrl\): WRONGPASS/)
      assert.equal((await client.request(page)).status, 200)
      writeFileSync(file, `redis://rotated:${canary}-rotated@127.0.0.1:${redis.port}`)
      assert.deepEqual((await reload(proxy)).changed, ['session.redisUrl'])
      assert.equal((await client.request(page)).status, 200)
      // The old connection is closed, so Redis lists only the new user.
      const users = async () => {
        const lines = (await redis.command('client', 'list')).split('\n')
        return lines
          .filter((line) => !line.includes(' cmd=client'))
          .map((line) => / user=(\w+)/.exec(line)?.[1])
      }
      assert.deepEqual(
        await eventually(users, (list) => list.length === workers),
        Array(workers).fill('rotated'),
      )
    })
  }

  it('reads all workers into it, one that is started later too', async (t) => {
    const { proxy, other, write, config } = await start(t, { S3PROXY_SERVER_WORKERS: '2' })
    const listens = (worker: number) =>
      proxy.logged((line) => line.msg === 'listening' && line.worker === worker)
    const [first] = await Promise.all([listens(1), listens(2)])
    const client = newClient()
    const page = `${proxy.origin}/a%20page.html`
    await logIn(client, page)
    const cookie = client.jar.header('127.0.0.1', '/')
    const allSay = async (text: string) => {
      for (let count = 0; count < 8; count++)
        assert.equal((await newClient().request(page, { headers: { cookie } })).text, text)
    }
    await allSay('<h1>page</h1>')
    write(other)
    assert.match((await reload(proxy)).msg, isTaken)
    await allSay('another page')
    writeFileSync(config, 'broken')
    assert.match((await reload(proxy)).msg, isRefused)
    process.kill(Number(first.pid), 'SIGKILL')
    await listens(3)
    await allSay('another page')
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    const served = proxy.log.filter((line) => line.msg === 'request').map((line) => line.worker)
    assert.deepEqual([...new Set(served)].sort(), [1, 2, 3])
  })

  it('leaks nothing over 200 of them under traffic, and answers everything right', async (t) => {
    const { proxy, other, write } = await start(t)
    stage().s3.put('same', { body: 'the same' })
    other.put('same', { body: 'the same' })
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const descriptors = () => readdirSync(`/proc/${proxy.child.pid}/fd`).length
    const before = process.platform === 'linux' ? descriptors() : 0
    let isOver = false
    let answers = 0
    const traffic = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const { status, text } = await client.request(`${proxy.origin}/same`)
        assert.deepEqual([status, text], [200, 'the same'])
        answers++
      }
    })
    for (let count = 0; count < 200; count++) {
      write(count % 2 === 0 ? other : stage().s3)
      assert.match((await reload(proxy)).msg, isTaken)
    }
    isOver = true
    await Promise.all(traffic)
    assert.ok(answers > 200, `${answers} answers`)
    await other.connectionsBelow(1)
    await eventually(
      async () => stage().s3.openConnections,
      (open) => open <= 4,
    )
    assert.ok(stage().s3.openConnections <= 4)
    if (process.platform === 'linux') {
      const after = await eventually(
        async () => descriptors(),
        (now) => now <= before + 8,
      )
      assert.ok(after <= before + 8, `${before} descriptors before, ${after} after`)
    }
  })
})
