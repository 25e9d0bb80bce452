import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { after, before, describe, it, type TestContext } from 'node:test'
import { S3ProxyError } from '../../src/errors.ts'
import type { RedisCommands } from '../../src/store/redis-commands.ts'
import { createRedisStore } from '../../src/store/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { describeStore } from '../contract/store-suite.ts'
import { untilItWorks } from '../helpers/eventually.ts'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'
import { documentedRights } from '../helpers/redis/documented-rights.ts'
import { openRedisStore } from '../helpers/redis/open-redis-store.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'

let shared: RedisServer
let store: Store
before(async () => {
  shared = await startRedisServer()
  const opened = openRedisStore(shared.url)
  await opened.ready
  store = opened.store
})
after(async () => {
  await store.close()
  await shared.close()
})
describeStore('createRedisStore', () => store)

describe('createRedisStore', () => {
  it('puts the prefix before each key and gives each its lifetime', async () => {
    await store.set('session:prefixed', 'x', 60_000)
    const left = Number(await shared.command('pttl', 's3proxy:session:prefixed'))
    assert.ok(left > 50_000 && left <= 60_000, `${left}`)
  })

  it('fails within its time while Redis is paused, whatever waits already, and goes on after', async (t) => {
    const { redis, open } = await start(t, { timeoutMs: 1000 })
    redis.pause()
    const first = Array.from({ length: 20 }, () => open.store.get('session:a'))
    await new Promise(setImmediate)
    const second = Array.from({ length: 20 }, () => open.store.claim('claimed:a', 1000))
    const outcomes: PromiseSettledResult<unknown>[] = await Promise.allSettled(first)
    const firstOverAt = performance.now()
    outcomes.push(...(await Promise.allSettled(second)))
    // A client that counts from the second batch on would need another 1000 ms.
    assert.ok(performance.now() - firstOverAt < 700)
    for (const outcome of outcomes) assertUnavailable(outcome)
    await lost(open)
    redis.resume()
    await untilItWorks(() => open.store.set('session:a', 'x', 60_000))
    assert.equal(await open.store.get('session:a'), 'x')
  })

  it('fails at once while Redis is gone, and works when it is back', async (t) => {
    const { redis, open } = await start(t, { timeoutMs: 10_000 })
    await redis.kill()
    await lost(open)
    const startedAt = performance.now()
    for (const outcome of await Promise.allSettled(everyCommand(open.store))) assertUnavailable(outcome)
    assert.ok(performance.now() - startedAt < 5000)
    await redis.restart()
    await untilItWorks(() => open.store.ping())
  })

  it('knows nothing any more of what was flushed', async (t) => {
    const { redis, open } = await start(t)
    await open.store.set('session:a', 'x', 60_000)
    await redis.command('flushall')
    assert.equal(await open.store.get('session:a'), null)
  })

  it('gives up a connection on which nothing comes any more', async (t) => {
    const { redis } = await start(t)
    let isMute = false
    const relay = await startRelay(t, redis.port, { isMute: () => isMute })
    const open = openRedisStore(`redis://127.0.0.1:${relay.port}`, { timeoutMs: 100 })
    t.after(() => open.store.close())
    await open.ready
    isMute = true
    await assert.rejects(open.store.ping(), isUnavailable)
    await lost(open)
    isMute = false
    await untilItWorks(() => open.store.ping())
  })

  it('says what is wrong with the password, and not the password', async (t) => {
    const { redis } = await start(t, {}, { password: 'right-password' })
    for (const [url, says] of [
      [`redis://127.0.0.1:${redis.port}`, /NOAUTH/],
      [`redis://:wrong-canary@127.0.0.1:${redis.port}`, /WRONGPASS/],
      [`redis://nobody:wrong-canary@127.0.0.1:${redis.port}`, /WRONGPASS/],
    ] as const) {
      const open = openRedisStore(url)
      t.after(() => open.store.close())
      const message = await open.firstLost
      assert.match(message, says)
      assert.doesNotMatch(message, /canary/)
      await assert.rejects(open.store.ping(), isUnavailable)
    }
  })

  it('signs in as a user of the access control list, with what percent encoding hides', async (t) => {
    const args = ['--user', 'the-proxy', 'on', '>p@ss/word', '~s3proxy:*', ...documentedRights()]
    const { redis } = await start(t, {}, { args })
    const open = openRedisStore(`redis://the-proxy:p%40ss%2Fword@127.0.0.1:${redis.port}`)
    t.after(() => open.store.close())
    await open.ready
    await open.store.set('session:a', 'x', 1000)
    assert.equal(await open.store.get('session:a'), 'x')
    await Promise.all(everyCommand(open.store))
    assert.equal(await open.store.increment('a:e', 1, 1000), 1)
    assert.doesNotMatch(await redis.command('info', 'commandstats'), /rejected_calls=[1-9]/)
  })

  it('takes the number of the database from the URL', async (t) => {
    const { redis } = await start(t)
    const open = openRedisStore(`${redis.url}/3`)
    t.after(() => open.store.close())
    await open.ready
    await open.store.set('session:a', 'x', 60_000)
    assert.equal(await redis.command('-n', '3', 'get', 's3proxy:session:a'), 'x')
  })

  it('gives a value that is replaced no more time than it had', async () => {
    await store.set('session:replaced', 'x', 60_000)
    await store.replace('session:replaced', 'y', 3_600_000)
    assert.equal(await store.get('session:replaced'), 'y')
    const left = Number(await shared.command('pttl', 's3proxy:session:replaced'))
    assert.ok(left > 50_000 && left <= 60_000, `${left}`)
  })

  it('gives a life to a counter whose predecessor expired while it was counted on', async () => {
    const lives: unknown[][] = []
    const racing = {
      set: async () => null,
      incrby: async (_key: string, by: number) => by,
      pexpire: async (...words: unknown[]) => lives.push(words),
    } as unknown as RedisCommands
    assert.equal(
      await createRedisStore(racing, { prefix: 'p:', timeoutMs: 1000 }).increment('a', 3, 1500.7),
      3,
    )
    assert.deepEqual(lives, [['p:a', 1500]])
  })

  it('tells a Redis before version 6 how long a value has left', async () => {
    const sets: unknown[][] = []
    const old = {
      async set(...words: unknown[]) {
        sets.push(words.slice(2))
        if (words.includes('KEEPTTL')) throw new Error('ERR syntax error')
      },
    } as unknown as RedisCommands
    const before6 = createRedisStore(old, { prefix: '', timeoutMs: 1000 })
    await before6.replace('a', 'x', 1500.7)
    await before6.replace('a', 'x', 2000)
    assert.deepEqual(sets, [
      ['KEEPTTL', 'XX'],
      ['PX', 1500, 'XX'],
      ['PX', 2000, 'XX'],
    ])
  })

  describe('reads one by one what Redis does not give together', () => {
    for (const [what, server] of [
      ['a Cluster behind one address', { args: ['--cluster-enabled', 'yes'] }],
      ['a user who may not', { args: [] }],
      ['a Redis without the command', { args: ['--rename-command', 'MGET', ''] }],
    ] as const) {
      it(`from ${what}, without a failure, and asks for no more together`, async (t) => {
        const redis = await startRedisServer({ args: [...server.args] })
        t.after(() => redis.close())
        if (what.startsWith('a Cluster')) {
          await redis.command('cluster', 'addslotsrange', '0', '16383')
          await untilItWorks(async () => assert.match(await redis.command('cluster', 'info'), /state:ok/))
        }
        if (what === 'a user who may not') await redis.command('acl', 'setuser', 'default', '-mget')
        const open = openRedisStore(redis.url)
        t.after(() => open.store.close())
        await open.ready
        const keys = Array.from({ length: 100 }, (_, index) => `session:${index}`)
        await Promise.all(keys.map((key) => open.store.set(key, `of ${key}`, 60_000)))
        for (let round = 0; round < 3; round++) {
          const values = await Promise.all([...keys, 'session:none'].map((key) => open.store.get(key)))
          assert.deepEqual(values, [...keys.map((key) => `of ${key}`), null])
        }
        const refused = /cmdstat_mget:.*(?:rejected_calls=(\d+)),failed_calls=(\d+)/.exec(
          await redis.command('info', 'commandstats'),
        )
        assert.ok(Number(refused?.[1] ?? 0) + Number(refused?.[2] ?? 0) <= 1, refused?.[0])
        assert.equal(open.store.pending, 0)
      })
    }

    it('and each fails by itself while Redis says no to everything, without being asked so for ever', async () => {
      const asked: string[] = []
      let says = 'LOADING Redis is loading the dataset in memory'
      const reply = () => Object.assign(new Error(says), { name: 'ReplyError' })
      const redis = {
        isCluster: false,
        async mget(keys: string[]) {
          asked.push('mget')
          if (says !== '') throw reply()
          return keys.map(() => null)
        },
        async get() {
          asked.push('get')
          throw reply()
        },
      } as unknown as RedisCommands
      const loading = createRedisStore(redis, { prefix: '', timeoutMs: 1000 })
      for (const outcome of await Promise.allSettled([loading.get('a:a'), loading.get('a:b')]))
        assertUnavailable(outcome)
      says = ''
      await Promise.all([loading.get('a:a'), loading.get('a:b')])
      assert.deepEqual(asked, ['mget', 'get', 'get', 'mget'])
    })
  })

  for (const [what, server] of [
    ['a user who may not', { args: [] }],
    [
      'a Redis without the commands',
      { args: ['EVAL', 'EXISTS'].flatMap((name) => ['--rename-command', name, '']) },
    ],
  ] as const) {
    it(`swaps, leases and looks step by step where EVAL and EXISTS are refused by ${what}`, async (t) => {
      const { redis, open } = await start(t, {}, { args: [...server.args] })
      if (what === 'a user who may not') await redis.command('acl', 'setuser', 'default', '-eval', '-exists')
      const { store: stepwise } = open
      await stepwise.set('session:a', 'one', 60_000)
      assert.equal(await stepwise.swap('session:a', 'another', 'two', 3_600_000), false)
      assert.equal(await stepwise.swap('session:a', 'one', 'two', 3_600_000), true)
      assert.equal(await stepwise.get('session:a'), 'two')
      assert.equal(await stepwise.swap('session:none', 'one', 'two', 60_000), false)
      const left = Number(await redis.command('pttl', 's3proxy:session:a'))
      assert.ok(left > 50_000 && left <= 60_000, `${left}`)
      assert.equal(await stepwise.lease('lease:a', 'me', 60_000), true)
      await stepwise.release('lease:a', 'you')
      assert.equal(await stepwise.lease('lease:a', 'you', 60_000), false)
      await stepwise.release('lease:a', 'me')
      assert.equal(await stepwise.lease('lease:a', 'you', 60_000), true)
      for (const ttlMs of [60_000, 1000, 2_000_000]) await stepwise.add('set:a', `for ${ttlMs}`, ttlMs)
      assert.equal((await stepwise.members('set:a')).length, 3)
      await stepwise.add('set:a', 'over', 1)
      await untilItWorks(async () => {
        await stepwise.add('set:a', 'for 60000', 60_000)
        assert.equal((await stepwise.members('set:a')).includes('over'), false)
      })
      assert.equal((await stepwise.members('set:a')).length, 3)
      assert.ok(Number(await redis.command('pttl', 's3proxy:set:a')) > 1_900_000)
      assert.deepEqual(await stepwise.existing(['session:none', 'session:a']), [false, true])
      const wish = (holder: string, wanted: number) => ({
        ...{ holder, wanted },
        ...{ used: 0, limit: 3, isPresent: false },
      })
      await stepwise.holdPlaces('places:a', wish('one', 2), 60_000)
      const other = await stepwise.holdPlaces('places:a', wish('other', 2), 60_000)
      assert.deepEqual(other, { held: 1, byOthers: 2, otherHolders: 1 })
      assert.ok(Number(await redis.command('pttl', 's3proxy:places:a')) > 50_000)
      await stepwise.holdPlaces('places:a', wish('one', 0), 60_000)
      const alone = await stepwise.holdPlaces('places:a', wish('other', 9), 60_000)
      assert.deepEqual(alone, { held: 3, byOthers: 0, otherHolders: 0 })
      await stepwise.holdPlaces('places:a', wish('other', 0), 60_000)
      assert.deepEqual(await stepwise.existing(['places:a']), [false])
      assert.equal(stepwise.pending, 0)
    })
  }

  it('changes by a script, and looks for a thousand keys with one command', async (t) => {
    const { redis, open } = await start(t)
    const keys = Array.from({ length: 1000 }, (_, index) => `session:${index}`)
    await Promise.all(keys.map((key) => open.store.set(key, 'one', 60_000)))
    await redis.command('config', 'resetstat')
    assert.ok((await open.store.existing(keys)).every(Boolean))
    await redis.command('del', 's3proxy:session:77')
    const existing = await open.store.existing(keys)
    assert.deepEqual([existing.indexOf(false), existing.lastIndexOf(false)], [77, 77])
    await open.store.swap('session:1', 'one', 'two', 60_000)
    await open.store.add('set:a', 'one', 60_000)
    await open.store.release('lease:a', 'nobody')
    const stats = await redis.command('info', 'commandstats')
    // Redis counts what a script calls, too.
    assert.match(stats, /cmdstat_exists:calls=2000,/)
    assert.match(stats, /cmdstat_eval:calls=5,/)
    assert.doesNotMatch(stats, /cmdstat_mget/)
  })

  it('says by the script what Redis says: that it takes no writes', async (t) => {
    const { redis, open } = await start(t)
    await open.store.set('session:a', 'one', 60_000)
    await redis.command('config', 'set', 'min-replicas-to-write', '1')
    await assert.rejects(open.store.swap('session:a', 'one', 'value-canary', 60_000), (error: Error) => {
      assert.ok(isUnavailable(error))
      assert.match(error.message, /NOREPLICAS/)
      assert.doesNotMatch(error.message, /canary/)
      return true
    })
    await redis.command('config', 'set', 'min-replicas-to-write', '0')
    assert.equal(await open.store.get('session:a'), 'one')
  })

  it('gives a life to a swapped value that had none', async () => {
    await shared.command('set', 's3proxy:session:eternal', 'one')
    assert.equal(await store.swap('session:eternal', 'one', 'two', 60_000), true)
    assert.ok(Number(await shared.command('pttl', 's3proxy:session:eternal')) > 50_000)
  })

  it('needs neither INFO nor CLIENT, for which a proxy may end the connection', async (t) => {
    const { redis } = await start(t, {}, { args: ['--rename-command', 'INFO', ''] })
    const { port } = await startRelay(t, redis.port, {
      isEnd: (piece) => /\r\n(?:info|client)\r\n/i.test(piece),
    })
    for (const url of [redis.url, `redis://127.0.0.1:${port}`]) {
      const open = openRedisStore(url, { timeoutMs: 1000 })
      t.after(() => open.store.close())
      await open.ready
      await open.store.set('session:a', 'x', 1000)
      assert.equal(await open.store.get('session:a'), 'x')
      assert.equal(open.isLost, false)
    }
  })

  it('is not there before Redis has read its data', async (t) => {
    const { redis } = await start(t)
    let isLoading = true
    const relay = await startRelay(t, redis.port, {
      answer: (piece) =>
        isLoading
          ? '-LOADING Redis is loading the dataset in memory\r\n'.repeat(piece.split('*').length - 1)
          : undefined,
    })
    const open = openRedisStore(`redis://127.0.0.1:${relay.port}`)
    t.after(() => open.store.close())
    assert.match(await open.firstLost, /LOADING/)
    await assert.rejects(open.store.ping(), isUnavailable)
    isLoading = false
    await open.ready
    await open.store.ping()
  })

  it('goes on reading while Redis takes no writes, however many are tried', async (t) => {
    const { redis, open } = await start(t)
    await open.store.set('session:a', 'x', 60_000)
    for (const [refuse, allow] of [
      [
        ['config', 'set', 'maxmemory', '1'],
        ['config', 'set', 'maxmemory', '0'],
      ],
      [
        ['config', 'set', 'min-replicas-to-write', '1'],
        ['config', 'set', 'min-replicas-to-write', '0'],
      ],
      [
        ['replicaof', '127.0.0.1', '1'],
        ['replicaof', 'no', 'one'],
      ],
    ] as const) {
      await redis.command(...refuse)
      let writes = 0
      for (const endsAt = performance.now() + 1500; performance.now() < endsAt; ) {
        const tried = Promise.allSettled([1, 2, 3].map(() => open.store.replace('session:a', 'y', 60_000)))
        const read = await Promise.all([1, 2, 3, 4, 5].map(() => open.store.get('session:a')))
        assert.deepEqual(read, ['x', 'x', 'x', 'x', 'x'], refuse.join(' '))
        for (const outcome of await tried) assertUnavailable(outcome)
        writes++
      }
      assert.ok(writes > 5)
      await redis.command(...allow)
      assert.equal(open.isLost, false)
    }
    assert.ok(Number(/connected_clients:(\d+)/.exec(await redis.command('info', 'clients'))?.[1]) <= 4)
  })

  it('fails for a Redis that takes no writes, and never tells what was to be written', async (t) => {
    const { redis, open } = await start(t)
    const write = () => open.store.set('session:a', 'value-canary', 1000)
    await redis.command('config', 'set', 'maxmemory', '1')
    await assert.rejects(write(), isUnavailable)
    await redis.command('config', 'set', 'maxmemory', '0')
    await write()
    await redis.command('replicaof', '127.0.0.1', '1')
    await assert.rejects(write(), isUnavailable)
    await redis.command('replicaof', 'no', 'one')
    await untilItWorks(write)
  })

  it('does not tell the arguments of a command that Redis does not know', async (t) => {
    const { open } = await start(t, {}, { args: ['--rename-command', 'SET', ''] })
    await assert.rejects(open.store.set('session:a', 'value-canary', 1000), (error: Error) => {
      assert.ok(isUnavailable(error))
      assert.match(error.message, /unknown command/)
      assert.doesNotMatch(JSON.stringify([error.message, error.stack, error.cause]), /canary|session:a/)
      return true
    })
  })

  it('connects anew after READONLY: behind the name there may be another master by now', async (t) => {
    const { redis, open } = await start(t)
    await redis.command('replicaof', '127.0.0.1', '1')
    const reconnected = once(open.events, 'ready')
    await assert.rejects(open.store.set('session:a', 'x', 1000), isUnavailable)
    await reconnected
    await redis.command('replicaof', 'no', 'one')
    await untilItWorks(() => open.store.set('session:a', 'x', 1000))
  })
})

interface RelayOptions {
  /** Whether nothing is passed on at the moment, in either direction. */
  isMute?(): boolean
  /** Whether a piece ends the connection. */
  isEnd?(piece: string): boolean
  /** Answers in place of Redis. */
  answer?(piece: string): string | undefined
}

/** Starts a relay between a client and Redis. */
async function startRelay(
  t: TestContext,
  port: number,
  { isMute = () => false, isEnd = () => false, answer = () => undefined }: RelayOptions,
): Promise<{ port: number }> {
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    client.on('data', (piece) => {
      if (isMute()) return
      const own = answer(piece.toString())
      if (isEnd(piece.toString())) client.destroy()
      else if (own === undefined) server.write(piece)
      else client.write(own)
    })
    server.on('data', (piece) => isMute() || client.write(piece))
    for (const socket of [client, server]) socket.on('error', () => {})
    client.on('close', () => server.destroy())
  })
  return listenOnLoopback(relay, t)
}

type Opened = ReturnType<typeof openRedisStore>

async function start(
  t: TestContext,
  options: { timeoutMs?: number } = {},
  server: Parameters<typeof startRedisServer>[0] = {},
) {
  const redis = await startRedisServer(server)
  t.after(() => redis.close())
  const open = openRedisStore(redis.url, options)
  t.after(() => open.store.close())
  await open.ready
  return { redis, open }
}

function everyCommand(of: Store): Promise<unknown>[] {
  return [
    of.get('a:b'),
    of.set('a:b', 'x', 1000),
    of.replace('a:b', 'x', 1000),
    of.claim('a:b', 1000),
    of.increment('a:b', 1, 1000),
    of.delete('a:b'),
    of.swap('a:b', 'x', 'y', 1000),
    of.lease('a:c', 'me', 1000),
    of.release('a:c', 'me'),
    of.touch('a:b', 1000),
    of.add('a:d', 'x', 1000),
    of.members('a:d'),
    of.remove('a:d', 'x'),
    of.existing(['a:b', 'a:c']),
    of.ping(),
  ]
}

function isUnavailable(error: unknown): boolean {
  return error instanceof S3ProxyError && error.code === 'SESSION_STORE_UNAVAILABLE'
}

function assertUnavailable(outcome: PromiseSettledResult<unknown>): void {
  assert.equal(outcome.status, 'rejected')
  assert.ok(isUnavailable(outcome.status === 'rejected' && outcome.reason))
}

function lost(open: Opened): Promise<unknown> {
  return open.isLost ? Promise.resolve() : once(open.events, 'lost')
}
