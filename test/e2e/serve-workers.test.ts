import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256, startDownload } from '../helpers/clients/download.ts'
import { openRaw } from '../helpers/clients/raw-http.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import { type ProxyProcess, startProxy } from '../helpers/proxy/proxy-process.ts'
import { generatedSha256 } from '../helpers/s3/stand-in/generated-body.ts'
import { useStage } from '../helpers/stage/use-stage.ts'
import { askBothWorkers } from './both-workers.ts'

const two = { S3PROXY_SERVER_WORKERS: '2' }

describe('s3proxy serve with workers', { timeout: 60_000 }, () => {
  const { stage, newClient } = useStage()
  const listens = (proxy: ProxyProcess, worker: number) =>
    proxy.logged((line) => line.msg === 'listening' && line.worker === worker)
  const bothListen = (proxy: ProxyProcess) => Promise.all([listens(proxy, 1), listens(proxy, 2)])

  it('serves one port from several processes that know the same sessions, and names them in the log', async () => {
    const proxy = await stage().serve(two)
    await bothListen(proxy)
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const cookie = client.jar.header('127.0.0.1', '/')
    await askBothWorkers(proxy, async () => {
      const answer = await newClient().request(`${proxy.origin}/a%20page.html`, { headers: { cookie } })
      assert.equal(answer.status, 200)
    })
    await proxy.stop()
  })

  it('completes what is under way in every worker on SIGTERM, and exits 0', async () => {
    const proxy = await stage().serve(two)
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const downloads = []
    for (let count = 0; count < 4; count++) downloads.push(await startDownload(proxy, client, '/large.bin'))
    proxy.child.kill('SIGTERM')
    await proxy.logged((line) => line.msg === 'shutting down: workers drain')
    proxy.child.kill('SIGTERM')
    const sums = await Promise.all(downloads.map(sha256))
    assert.deepEqual(new Set(sums), new Set([generatedSha256(64 << 20, 3)]))
    assert.deepEqual(await proxy.exited, { status: 0, signal: null })
    assert.equal(proxy.log.filter((line) => line.msg === 'stopped').length, 2)
  })

  it('ends the sessions of a person at the admin port for all workers, with their downloads', async () => {
    const proxy = await stage().serve({
      ...two,
      S3PROXY_SERVER_ADMIN_PORT: '0',
      S3PROXY_SERVER_ADMIN_HOST: '127.0.0.1',
      S3PROXY_SESSION_RECHECK_SECONDS: '1',
      // The tests before this one leave sessions of the same person in Redis.
      S3PROXY_SESSION_REDIS_KEY_PREFIX: 'operator:',
    })
    await bothListen(proxy)
    const { port } = await proxy.logged((line) => line.msg === 'admin port listening')
    const client = newClient()
    await logIn(client, `${proxy.origin}/a%20page.html`)
    const { who } = await proxy.logged((line) => line.route === 'object')
    const downloads = []
    for (let count = 0; count < 6; count++) downloads.push(await startDownload(proxy, client, '/large.bin'))
    const url = `http://127.0.0.1:${port}/sessions?person=${encodeURIComponent(String(who))}`
    const ask = async (method: 'GET' | 'DELETE') => JSON.parse((await client.request(url, { method })).text)
    assert.deepEqual(await ask('GET'), { person: who, sessions: 1 })
    assert.deepEqual(await ask('DELETE'), { person: who, ended: 1 })
    const revoked = await eventually(
      async () => proxy.log.filter((line) => line.outcome === 'revoked'),
      ({ length }) => length === downloads.length,
    )
    assert.deepEqual(
      revoked.map(({ code }) => code),
      downloads.map(() => 'SESSION_ENDED'),
    )
    assert.equal(new Set(revoked.map(({ worker }) => worker)).size, 2)
    for (const download of downloads) await assert.rejects(sha256(download))
    const line = await proxy.logged(({ msg }) => msg.startsWith('an operator has ended'))
    assert.deepEqual([line.who, line.ended], [who, 1])
    await proxy.stop()
  })

  it('replaces a worker that dies', async () => {
    const proxy = await stage().serve(two)
    const [first] = await bothListen(proxy)
    process.kill(Number(first.pid), 'SIGKILL')
    const line = await proxy.logged((candidate) => candidate.msg.startsWith('a worker ended with SIGKILL'))
    assert.equal(line.worker, first.worker)
    await listens(proxy, 3)
    assert.equal((await newClient().request(`${proxy.origin}/health.txt`)).status, 200)
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('ends a connection that a worker was given and had not taken when it died', async () => {
    const proxy = await stage().serve(two)
    const [first] = await bothListen(proxy)
    const pid = Number(first.pid)
    process.kill(pid, 'SIGSTOP')
    const connections = await Promise.all([1, 2, 3, 4].map(() => openRaw(proxy.port)))
    for (const { send } of connections) send('GET /health.txt HTTP/1.1\r\nhost: a\r\n\r\n')
    // The stopped worker gets one connection, and no other one before it confirms that.
    const answered = await eventually(
      async () => connections.filter(({ received }) => received !== '').length,
      (count) => count === 3,
    )
    assert.equal(answered, 3)
    const waiting = connections.find(({ received }) => received === '')
    process.kill(pid, 'SIGKILL')
    const limit = sleep(5000, 'still open after 5 s', { ref: false })
    assert.match(await Promise.race([waiting?.ended, limit]).then(String), /^(?:fin|reset)$/)
    for (const { socket } of connections) socket.destroy()
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
  })

  it('gives up when no worker can start', async () => {
    const proxy = await stage().serve()
    await assert.rejects(startProxy({ ...stage().env, ...two, PORT: String(proxy.port) }), (error: Error) => {
      assert.match(error.message, /ended with 1 before it listened/)
      assert.match(error.message, /EADDRINUSE/)
      assert.match(error.message, /given up/)
      return true
    })
    await proxy.stop()
  })

  it('is refused with sessions in memory', async () => {
    const { VCAP_SERVICES: _, ...env } = stage().env
    await assert.rejects(
      startProxy({ ...env, ...two }),
      /ended with 2 before it listened[\s\S]*server\.workers/,
    )
  })

  it('ends its workers when it is killed itself', async () => {
    const proxy = await stage().serve(two)
    await bothListen(proxy)
    proxy.child.kill('SIGKILL')
    // The output ends only when the last process that writes to it has ended.
    assert.deepEqual(await proxy.exited, { status: null, signal: 'SIGKILL' })
  })
})
