import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, problemsOf, resolve } from '../../../helpers/config/given.ts'

describe('checkTogether', () => {
  it('wants a key of some length for hashed identities, and none for plain ones', () => {
    const missing = [['log.identityHashKey', 'S3PROXY_LOG_IDENTITY_HASH_KEY']]
    assert.deepEqual(problemsOf({ S3PROXY_LOG_IDENTITY: 'hashed' }), missing)
    const short = { S3PROXY_LOG_IDENTITY: 'hashed', S3PROXY_LOG_IDENTITY_HASH_KEY: 'fifteen-letters' }
    assert.deepEqual(problemsOf(short), missing)
    assert.deepEqual(problemsOf({ ...short, S3PROXY_LOG_IDENTITY_HASH_KEY: 'sixteen--letters' }), [])
    assert.deepEqual(problemsOf({ S3PROXY_LOG_IDENTITY: 'plain' }), [])
  })

  for (const [mistake, path] of [
    [{ REDIS_URL: 'http://h', WEB_CONCURRENCY: '2' }, 'session.redisUrl'],
    [{ VCAP_SERVICES: '[]', WEB_CONCURRENCY: '2' }, 'session.redisUrl'],
    [{ REDIS_URL: 'redis://h', S3PROXY_SESSION_STORE: 'postgres', WEB_CONCURRENCY: '2' }, 'session.store'],
    [{ REDIS_URL: 'redis://a,redis://b', S3PROXY_SESSION_REDIS_CLUSTER: 'maybe' }, 'session.redisCluster'],
    [{ S3PROXY_LOG_IDENTITY: 'hashed', S3PROXY_LOG_IDENTITY_HASH_KEY: 'short' }, 'log.identityHashKey'],
    [{ PORT: 'http', S3PROXY_SERVER_ADMIN_PORT: '8080' }, 'server.port'],
  ] as [Record<string, string>, string][]) {
    it(`makes one problem of ${JSON.stringify(mistake)}`, () => {
      assert.deepEqual(
        problemsOf(mistake).map(([name]) => name),
        [path],
      )
    })
  }

  it('warns of a secret given by --set, without its value', () => {
    const { config, warnings } = resolve({
      env: leastEnv,
      flags: new Map([['sso.clientSecret', 'hunter2']]),
    })
    assert.equal(config?.sso.clientSecret, 'hunter2')
    const warning = warnings.find((text) => text.startsWith('sso.clientSecret was given by --set'))
    assert.ok(warning !== undefined && !warning.includes('hunter2'))
  })
})
