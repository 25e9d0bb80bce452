import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Store } from '../../src/store/store.ts'
import { describeStore } from '../contract/store-suite.ts'
import { emptyFolder } from '../helpers/config/file-with.ts'
import { untilItWorks } from '../helpers/eventually.ts'
import { localhostTls } from '../helpers/network/localhost-tls.ts'
import { startRawServer } from '../helpers/network/raw-server.ts'
import { openRedisStore } from '../helpers/redis/open-redis-store.ts'
import { type RedisServer, type RedisServerOptions, startRedisServer } from '../helpers/redis/redis-server.ts'

let clusterStore: Store
let closeCluster: () => Promise<unknown>
before(async () => {
  const nodes = await Promise.all([1, 2].map(() => startRedisServer({ args: ['--cluster-enabled', 'yes'] })))
  const [first, second] = nodes as [RedisServer, RedisServer]
  await joinCluster(first, second)
  const open = openRedisStore(first.url, { redisCluster: true })
  closeCluster = () => Promise.all([open.store.close(), ...nodes.map((node) => node.close())])
  await open.ready
  clusterStore = open.store
})
after(() => closeCluster())
describeStore('createRedisStore over a Cluster', () => clusterStore)

describe('connectRedis', () => {
  it('finds the master by its Sentinels, and the new one after a failover', async (t) => {
    const password = 'pass/word'
    const args = ['--masterauth', password]
    const master = await start(t, { password, args })
    const replica = await start(t, {
      password,
      args: [...args, '--replicaof', '127.0.0.1', String(master.port)],
    })
    await untilItWorks(async () => {
      assert.match(await replica.command('info', 'replication'), /master_link_status:up/)
    })
    const sentinel = await start(t, { sentinel: true, args: sentinelLines(master.port, password) })
    await untilItWorks(async () => {
      assert.match(await sentinel.command('sentinel', 'replicas', 'main'), new RegExp(`${replica.port}`))
    })
    // Neither a missing Sentinel nor a silent one may matter.
    const silent = await startRawServer(t, () => {})
    const url = [`:${encodeURIComponent(password)}@127.0.0.1:1`, `127.0.0.1:${silent.port}`]
      .concat(`127.0.0.1:${sentinel.port}`)
      .map((host) => `redis://${host}`)
      .join()
    const open = openRedisStore(url, { redisSentinelName: 'main', timeoutMs: 1000 })
    t.after(() => open.store.close())
    await open.ready
    await useIt(open.store)

    await master.kill()
    await untilItWorks(() => open.store.set('session:after', 'x', 60_000))
    assert.equal(await replica.command('get', 's3proxy:session:after'), 'x')
    await useIt(open.store)
  })

  it('finds every key in a Cluster', async (t) => {
    const nodes = await Promise.all([1, 2].map(() => start(t, { args: ['--cluster-enabled', 'yes'] })))
    const [first, second] = nodes as [RedisServer, RedisServer]
    await joinCluster(first, second)
    const open = openRedisStore(first.url, { redisCluster: true, timeoutMs: 1000 })
    t.after(() => open.store.close())
    await open.ready
    await useIt(open.store)
    const sizes = await Promise.all(nodes.map((node) => node.command('dbsize')))
    for (const size of sizes) assert.ok(Number(size) > 10, `keys by node: ${sizes}`)

    await second.kill()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => open.store.get(`session:${index}`)),
    )
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'SESSION_STORE_UNAVAILABLE')
  })

  it('loses nothing while slots move from one node of a Cluster to the other, under load', async (t) => {
    const nodes = await Promise.all([1, 2].map(() => start(t, { args: ['--cluster-enabled', 'yes'] })))
    const [first, second] = nodes as [RedisServer, RedisServer]
    await first.command('cluster', 'addslotsrange', '0', '16383')
    await second.command('cluster', 'meet', '127.0.0.1', String(first.port))
    const ids = await Promise.all(nodes.map((node) => node.command('cluster', 'myid')))
    for (const node of nodes)
      await untilItWorks(async () => {
        assert.match(await node.command('cluster', 'info'), /cluster_state:ok[\s\S]*known_nodes:2/)
        assert.match(await node.command('cluster', 'slots'), /0\n16383/)
      })
    const open = openRedisStore(first.url, { redisCluster: true, timeoutMs: 2000 })
    t.after(() => open.store.close())
    await open.ready
    const keys = Array.from({ length: 200 }, (_, index) => `session:${index}`)
    await Promise.all(keys.map((key) => open.store.set(key, `of ${key}`, 600_000)))

    let isOver = false
    let asked = 0
    const failures: string[] = []
    async function load(start: number): Promise<void> {
      for (let count = start; !isOver; count += 7) {
        const key = keys[count % keys.length] as string
        try {
          assert.equal(await open.store.get(key), `of ${key}`)
          await open.store.replace(key, `of ${key}`, 600_000)
          assert.equal(await open.store.swap(key, `of ${key}`, `of ${key}`, 600_000), true)
          assert.equal(await open.store.claim(`claimed:${start}-${count}`, 60_000), true)
        } catch (error) {
          failures.push(String(error))
        }
        asked++
      }
    }
    const loads = Array.from({ length: 40 }, (_, index) => load(index))
    for (const key of keys.slice(0, 60)) {
      const slot = await first.command('cluster', 'keyslot', `s3proxy:${key}`)
      await second.command('cluster', 'setslot', slot, 'importing', String(ids[0]))
      await first.command('cluster', 'setslot', slot, 'migrating', String(ids[1]))
      for (;;) {
        const inSlot = (await first.command('cluster', 'getkeysinslot', slot, '10'))
          .split('\n')
          .filter(Boolean)
        if (inSlot.length === 0) break
        await first.command('migrate', '127.0.0.1', String(second.port), '', '0', '1000', 'keys', ...inSlot)
      }
      for (const node of [second, first])
        await node.command('cluster', 'setslot', slot, 'node', String(ids[1]))
    }
    isOver = true
    await Promise.all(loads)
    assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${asked} failed`)
    assert.ok(asked > 500, `${asked}`)
  })

  it('says so when a Cluster cannot be used', async (t) => {
    // A node that never met another node does not know its own address.
    const lonely = await start(t, { args: ['--cluster-enabled', 'yes'] })
    await lonely.command('cluster', 'addslotsrange', '0', '16383')
    const locked = await start(t, { password: 'right', args: ['--cluster-enabled', 'yes'] })
    for (const [url, says] of [
      [lonely.url, /no node of the Cluster|CLUSTERDOWN/],
      [locked.url.replace('right', 'wrong-canary'), /WRONGPASS/],
      ['redis://127.0.0.1:1', /ECONNREFUSED|Connection is closed/],
    ] as const) {
      const open = openRedisStore(url, { redisCluster: true, timeoutMs: 1000 })
      t.after(() => open.store.close())
      const message = await open.firstLost
      assert.match(message, says)
      assert.doesNotMatch(message, /canary/)
      await assert.rejects(open.store.ping(), { code: 'SESSION_STORE_UNAVAILABLE' })
    }
  })

  it('speaks TLS with a rediss URL, and only to whom it can trust', async (t) => {
    const folder = emptyFolder(t)
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const openssl = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
    openssl.push('-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', keyFile, '-out', certFile)
    execFileSync('openssl', openssl, { stdio: 'ignore' })
    const redis = await start(t, { password: 'secret', tls: { certFile, keyFile, caFile: certFile } })

    const open = openRedisStore(redis.url)
    t.after(() => open.store.close())
    assert.match(await open.firstLost, /self-signed certificate/)
    await assert.rejects(open.store.ping(), /there is no connection/)

    const trusting = openRedisStore(redis.url, { ca: readFileSync(certFile, 'utf8') })
    t.after(() => trusting.store.close())
    await trusting.ready
    await useIt(trusting.store)
    const wrong = openRedisStore(redis.url, { ca: localhostTls.cert })
    t.after(() => wrong.store.close())
    assert.match(await wrong.firstLost, /self-signed certificate/)

    // Node reads NODE_EXTRA_CA_CERTS once, at its start, so the test needs another process.
    const script = `
      import { openRedisStore } from ${JSON.stringify(new URL('../helpers/redis/open-redis-store.ts', import.meta.url))}
      for (const url of process.argv.slice(1)) {
        const open = openRedisStore(url)
        open.events.on('lost', (message) => { console.log(message); process.exit(1) })
        await open.ready
        await open.store.set('session:tls', 'x', 60000)
        console.log(await open.store.get('session:tls'))
        await open.store.close()
      }`
    const urls = [redis.url, redis.url.replace('127.0.0.1', 'localhost')]
    const said = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script, ...urls],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: certFile }, encoding: 'utf8', timeout: 30_000 },
    )
    assert.equal(said, 'x\nx\n')
  })
})

async function start(t: TestContext, options: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedisServer(options)
  t.after(() => server.close())
  return server
}

/** Makes a Cluster of two nodes, with half of the slots each. */
async function joinCluster(first: RedisServer, second: RedisServer): Promise<void> {
  await first.command('cluster', 'addslotsrange', '0', '8191')
  await second.command('cluster', 'addslotsrange', '8192', '16383')
  await first.command('cluster', 'meet', '127.0.0.1', String(second.port))
  for (const node of [first, second])
    await untilItWorks(async () => {
      assert.match(await node.command('cluster', 'info'), /cluster_state:ok/)
    })
}

function sentinelLines(port: number, password: string): string[] {
  const lines = [
    `monitor main 127.0.0.1 ${port} 1`,
    `auth-pass main ${password}`,
    'down-after-milliseconds main 300',
    'failover-timeout main 2000',
  ]
  return lines.flatMap((line) => ['--sentinel', ...line.split(' ')])
}

async function useIt(store: Store): Promise<void> {
  const keys = Array.from({ length: 50 }, (_, index) => `session:${index}`)
  await Promise.all(keys.map((key) => store.set(key, `of ${key}`, 60_000)))
  assert.deepEqual(
    await Promise.all(keys.map((key) => store.get(key))),
    keys.map((key) => `of ${key}`),
  )
  const claim = `claimed:${Math.random()}`
  assert.deepEqual(await Promise.all([store.claim(claim, 1000), store.claim(claim, 1000)]), [true, false])
  const counter = `count:${Math.random()}`
  const sums = await Promise.all([store.increment(counter, 1, 9000), store.increment(counter, 1, 9000)])
  assert.deepEqual(sums.toSorted(), [1, 2])
  assert.equal(await store.swap('session:1', 'of session:1', 'another', 60_000), true)
  await store.add('set:1', 'one', 60_000)
  await store.delete('session:0')
  assert.deepEqual(await store.existing(['session:0', 'session:1', 'set:1']), [false, true, true])
  assert.equal(await store.get('session:0'), null)
}
