import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpAnswer, HttpClient } from '../helpers/clients/http-client.ts'
import { locationOf } from '../helpers/clients/sign-in.ts'
import { eventually, untilItWorks } from '../helpers/eventually.ts'
import { localhostFiles } from '../helpers/network/localhost-tls.ts'
import { documentedRights } from '../helpers/redis/documented-rights.ts'
import { type RedisServer, type RedisServerOptions, startRedisServer } from '../helpers/redis/redis-server.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const caFile = localhostFiles.certFile
/** Settings of a Redis with everything at once: TLS of a private authority, users, passwords, a prefix. */
const tls = { ...localhostFiles, caFile }
const password = 'of/the@server'
const userPassword = 'of:the/proxy'
const user = [
  '--user',
  'proxy',
  'on',
  `>${userPassword}`,
  '~assets:*',
  ...documentedRights(),
  '+info',
  '+client',
  '+cluster',
]
const common = {
  S3PROXY_SESSION_REDIS_CA_FILE: caFile,
  S3PROXY_SESSION_REDIS_KEY_PREFIX: 'assets:',
  S3PROXY_SESSION_TIMEOUT_MS: '500',
}

async function start(t: TestContext, options: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedisServer({ tls, password, ...options })
  t.after(() => server.close())
  return server
}

const url = (server: RedisServer) =>
  `rediss://proxy:${encodeURIComponent(userPassword)}@127.0.0.1:${server.port}`

/** Starts people who sign in, and then request a page again and again. */
async function startTraffic(t: TestContext, env: Record<string, string>) {
  const stage = await startStageInProcess(t, { env: { ...common, ...env } })
  const page = `${stage.origin}/page.html`
  const people = Array.from({ length: 6 }, () => stage.browser())
  for (const person of people) assert.equal((await person.follow(page)).text, '<h1>page</h1>')
  const answers: { person: HttpClient; answer: HttpAnswer; ms: number }[] = []
  let isOver = false
  const asking = people.map(async (person) => {
    while (!isOver) {
      const startedAt = performance.now()
      const answer = await person.request(page)
      answers.push({ person, answer, ms: performance.now() - startedAt })
      // A failure comes at once, and without this pause the loop would keep the process busy.
      if (answer.status !== 200) await sleep(5)
    }
  })
  return {
    ...{ stage, page, people, answers },
    /** Waits until everybody has received the page after `mark`. */
    async servesAllSince(mark: number) {
      await untilItWorks(async () => {
        const served = new Set(
          answers
            .slice(mark)
            .filter(({ answer }) => answer.status === 200)
            .map(({ person }) => person),
        )
        assert.equal(served.size, people.length, `${served.size} of ${people.length} are served`)
      })
    },
    /** Ends the traffic, and checks that every answer was the page or a timely 503, and never a login. */
    async end() {
      isOver = true
      await Promise.all(asking)
      for (const { answer, ms } of answers) {
        if (answer.status === 200) assert.equal(answer.text, '<h1>page</h1>')
        else {
          assert.equal(answer.status, 503, answer.text)
          assert.match(String(answer.headers['retry-after']), /^\d+$/)
          assert.match(answer.text, /SESSION_STORE_UNAVAILABLE/)
          assert.ok(ms < 10 * 500, `a 503 took ${ms} ms`)
        }
      }
      return answers.filter(({ answer }) => answer.status === 503).length
    },
  }
}

describe('sessions in a Redis with Sentinels', { timeout: 120_000 }, () => {
  async function startSentinels(t: TestContext) {
    const args = ['--masterauth', password, '--tls-replication', 'yes', ...user]
    const master = await start(t, { args })
    const replica = await start(t, { args: [...args, '--replicaof', '127.0.0.1', String(master.port)] })
    await untilItWorks(async () => {
      assert.match(await replica.command('info', 'replication'), /master_link_status:up/)
    })
    const lines = [
      `monitor main 127.0.0.1 ${master.port} 1`,
      `auth-pass main ${password}`,
      'down-after-milliseconds main 500',
      'failover-timeout main 2000',
    ]
    const sentinelPassword = 'of/the=sentinel'
    const sentinel = await start(t, {
      sentinel: true,
      password: sentinelPassword,
      args: ['--tls-replication', 'yes', ...lines.flatMap((line) => ['--sentinel', ...line.split(' ')])],
    })
    await untilItWorks(async () => {
      assert.match(await sentinel.command('sentinel', 'replicas', 'main'), new RegExp(`${replica.port}`))
    })
    const env = {
      REDIS_URL: url(sentinel),
      S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main',
      S3PROXY_SESSION_REDIS_SENTINEL_PASSWORD: sentinelPassword,
    }
    return { master, replica, env }
  }

  const replicated = (master: RedisServer, replica: RedisServer) =>
    untilItWorks(async () => {
      assert.equal(await replica.command('dbsize'), await master.command('dbsize'))
    })

  it('go on with the new master when the old one dies under traffic: 503 until then, and no wrong answer', async (t) => {
    const { master, replica, env } = await startSentinels(t)
    const traffic = await startTraffic(t, env)
    await replicated(master, replica)
    await master.kill()
    await traffic.servesAllSince(traffic.answers.length)
    const failed = await traffic.end()
    assert.ok(failed > 0, 'somebody asked meanwhile')
    assert.match(await replica.command('role'), /^master/)
    assert.equal((await traffic.stage.browser().follow(traffic.page)).text, '<h1>page</h1>')
  })

  it('are not asked of a master any more that fell silent and comes back: who signed out stays out', async (t) => {
    const { master, replica, env } = await startSentinels(t)
    const traffic = await startTraffic(t, env)
    await replicated(master, replica)
    master.pause()
    await traffic.servesAllSince(traffic.answers.length)
    await traffic.end()
    const { stage, page, people } = traffic
    const [jo, kim] = people as [HttpClient, HttpClient]
    const cookie = jo.jar.header('127.0.0.1', '/')
    const headers = { origin: stage.origin }
    // Shortly after the failover, a connection may be lost once more.
    const signedOut = await eventually(
      () => jo.request(`${stage.origin}/__s3proxy/logout`, { method: 'POST', headers }),
      ({ status }) => status !== 503,
    )
    assert.equal(signedOut.status, 303)
    master.resume()
    await untilItWorks(async () => assert.match(await master.command('role'), /^slave/))
    for (let count = 0; count < 20; count++) {
      const left = await eventually(
        () => stage.browser().request(page, { headers: { cookie } }),
        ({ status }) => status !== 503,
      )
      assert.match(locationOf(left), /\/o\/authorize\//)
      const stayed = await eventually(
        () => kim.request(page),
        ({ status }) => status !== 503,
      )
      assert.equal(stayed.status, 200)
    }
  })
})

describe('sessions in a Redis Cluster', { timeout: 120_000 }, () => {
  it('go on with the replica when a master dies under traffic: 503 until then, and no wrong answer', async (t) => {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--tls-cluster', 'yes']
    args.push('--tls-replication', 'yes', '--masterauth', password, ...user)
    const nodes = await Promise.all([1, 2, 3, 4].map(() => start(t, { args })))
    const [first, , , replica] = nodes as [RedisServer, RedisServer, RedisServer, RedisServer]
    const slots = [
      [0, 5460],
      [5461, 10922],
      [10923, 16383],
    ] as const
    for (const [index, range] of slots.entries())
      await nodes[index]?.command('cluster', 'addslotsrange', String(range[0]), String(range[1]))
    for (const node of nodes.slice(1)) await first.command('cluster', 'meet', '127.0.0.1', String(node.port))
    await untilItWorks(async () => {
      for (const node of nodes)
        assert.match(await node.command('cluster', 'info'), /cluster_state:ok[\s\S]*known_nodes:4/)
    })
    await replica.command('cluster', 'replicate', await first.command('cluster', 'myid'))
    await untilItWorks(async () => {
      assert.match(await replica.command('info', 'replication'), /master_link_status:up/)
    })
    const traffic = await startTraffic(t, { REDIS_URL: url(first), S3PROXY_SESSION_REDIS_CLUSTER: 'true' })
    await untilItWorks(async () => {
      assert.equal(await replica.command('dbsize'), await first.command('dbsize'))
    })
    await first.kill()
    await untilItWorks(async () => assert.match(await replica.command('role'), /^master/))
    await traffic.servesAllSince(traffic.answers.length)
    await traffic.end()
    assert.equal((await traffic.stage.browser().follow(traffic.page)).text, '<h1>page</h1>')
  })
})
