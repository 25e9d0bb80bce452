import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { after, before, describe, it, type TestContext } from 'node:test'
import { S3ProxyError } from '../../src/errors.ts'
import type { SessionStore } from '../../src/store/store.ts'
import { describeSessionStore } from '../contract/session-store-suite.ts'
import { untilItWorks } from '../helpers/eventually.ts'
import { openRedisStore } from '../helpers/open-redis-store.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis-server.ts'

let shared: RedisServer
let store: SessionStore
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
describeSessionStore('createRedisStore', () => store)

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
    // A client that begins to count when it sends the second batch would need another 1000 ms.
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
    const sockets: Socket[] = []
    let isMute = false
    const relay = createServer((client) => {
      const server = connect(redis.port, '127.0.0.1')
      sockets.push(client, server)
      client.on('data', (piece) => isMute || server.write(piece))
      server.on('data', (piece) => isMute || client.write(piece))
      for (const socket of [client, server]) socket.on('error', () => {})
      client.on('close', () => server.destroy())
    })
    relay.listen(0, '127.0.0.1')
    await once(relay, 'listening')
    t.after(() => {
      relay.close()
      for (const socket of sockets) socket.destroy()
    })
    const open = openRedisStore(`redis://127.0.0.1:${(relay.address() as { port: number }).port}`, {
      timeoutMs: 100,
    })
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
    const rules = 'on >p@ss/word ~s3proxy:* +get +mget +set +del +ping +info +client'
    const args = ['--user', 'the-proxy', ...rules.split(' ')]
    const { redis } = await start(t, {}, { args })
    const open = openRedisStore(`redis://the-proxy:p%40ss%2Fword@127.0.0.1:${redis.port}`)
    t.after(() => open.store.close())
    await open.ready
    await open.store.set('session:a', 'x', 1000)
    assert.equal(await open.store.get('session:a'), 'x')
  })

  it('takes the number of the database from the URL', async (t) => {
    const { redis } = await start(t)
    const open = openRedisStore(`${redis.url}/3`)
    t.after(() => open.store.close())
    await open.ready
    await open.store.set('session:a', 'x', 60_000)
    assert.equal(await redis.command('-n', '3', 'get', 's3proxy:session:a'), 'x')
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

function everyCommand(of: SessionStore): Promise<unknown>[] {
  return [
    of.get('a:b'),
    of.set('a:b', 'x', 1000),
    of.replace('a:b', 'x', 1000),
    of.claim('a:b', 1000),
    of.delete('a:b'),
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
