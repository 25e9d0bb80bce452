import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLazyRedis } from '../../../src/store/lazy-redis.ts'
import type { RedisCommands } from '../../../src/store/redis-commands.ts'

/** A Redis that only notes the commands that it gets. */
function startNotes() {
  const commands: unknown[][] = []
  const note =
    (name: string, answer: unknown) =>
    async (...given: unknown[]) => {
      commands.push([name, ...given])
      return answer
    }
  const redis = {
    isCluster: false,
    get: note('get', 'value'),
    mget: note('mget', ['value', null]),
    set: note('set', 'OK'),
    incrby: note('incrby', 5),
    pexpire: note('pexpire', 1),
    pttl: note('pttl', 9),
    del: note('del', 1),
    eval: note('eval', 1),
    zadd: note('zadd', 1),
    zrem: note('zrem', 1),
    zrange: note('zrange', ['member']),
    zremrangebyscore: note('zremrangebyscore', 3),
    exists: note('exists', 2),
    ping: note('ping', 'PONG'),
    disconnect: () => void commands.push(['disconnect']),
  } as RedisCommands
  let opened = 0
  const attempt = { resolve(_: RedisCommands) {}, reject(_: Error) {} }
  const late = createLazyRedis(false, () => {
    opened++
    return new Promise((resolve, reject) => Object.assign(attempt, { resolve, reject }))
  })
  return { late, redis, attempt, commands, opened: () => opened }
}

describe('createLazyRedis', () => {
  it('connects once: when it is told to, or with the first command', async () => {
    const { late, redis, attempt, opened } = startNotes()
    assert.equal(opened(), 0)
    const asked = [late.get('a'), late.get('b'), late.connect()]
    attempt.resolve(redis)
    await Promise.all(asked)
    await late.connect()
    assert.equal(opened(), 1)
  })

  it('lets commands wait for the first attempt, and sends them in their order', async () => {
    const { late, redis, attempt, commands } = startNotes()
    const asked = [
      late.get('a'),
      late.mget(['a', 'b']),
      late.set('b', '1', 'PX', 5),
      late.set('c', '2', 'PX', 6, 'NX'),
      late.incrby('e', 2),
      late.pexpire('e', 7),
      late.pttl('e'),
      late.del('d'),
      late.eval('return 1', ['f'], ['x', 2]),
      late.zadd('g', 4, 'x'),
      late.zrem('g', 'y'),
      late.zrange('g'),
      late.zremrangebyscore('g', 8),
      late.exists(['a', 'g']),
      late.ping(),
    ]
    await new Promise(setImmediate)
    assert.deepEqual(commands, [])
    attempt.resolve(redis)
    const answers = ['value', ['value', null], 'OK', 'OK', 5, 1, 9, 1, 1, 1, 1, ['member'], 3, 2, 'PONG']
    assert.deepEqual(await Promise.all(asked), answers)
    assert.deepEqual(commands, [
      ['get', 'a'],
      ['mget', ['a', 'b']],
      ['set', 'b', '1', 'PX', 5],
      ['set', 'c', '2', 'PX', 6, 'NX'],
      ['incrby', 'e', 2],
      ['pexpire', 'e', 7],
      ['pttl', 'e'],
      ['del', 'd'],
      ['eval', 'return 1', ['f'], ['x', 2]],
      ['zadd', 'g', 4, 'x'],
      ['zrem', 'g', 'y'],
      ['zrange', 'g'],
      ['zremrangebyscore', 'g', 8],
      ['exists', ['a', 'g']],
      ['ping'],
    ])
  })

  it('rejects commands and connect with why no attempt can be made', async () => {
    const { late, attempt } = startNotes()
    const asked = late.get('a')
    attempt.reject(new Error('no such package'))
    await assert.rejects(asked, /no such package/)
    await assert.rejects(late.connect(), /no such package/)
    late.disconnect()
  })

  it('disconnects what is connected, also when it is only just being connected', async () => {
    const { late, redis, attempt, commands } = startNotes()
    late.disconnect()
    const connected = late.connect()
    late.disconnect()
    attempt.resolve(redis)
    await connected
    assert.deepEqual(commands, [['disconnect']])
  })

  it('connects to nothing in order to disconnect', () => {
    const { late, opened } = startNotes()
    late.disconnect()
    assert.equal(opened(), 0)
  })
})
