import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startRedisServer } from '../../../helpers/redis/redis-server.ts'

describe('startRedisServer', () => {
  it('starts a server with a password, and again, empty, on the same port', async (t) => {
    const redis = await startRedisServer({ password: 'a b/c' })
    t.after(() => redis.close())
    assert.equal(redis.url, `redis://:a%20b%2Fc@127.0.0.1:${redis.port}`)
    assert.equal(await redis.command('set', 'name', 'value'), 'OK')
    const { pid } = redis
    await redis.restart()
    assert.equal(await redis.command('get', 'name'), '')
    assert.notEqual(redis.pid, pid)
  })

  it('says what the server said when it does not start', async () => {
    await assert.rejects(startRedisServer({ args: ['--no-such-option', 'yes'] }), /ended with status 1/)
  })
})
