import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { leastEnv, problemsOf, resolve } from '../../../helpers/config/given.ts'

describe('checkSession', () => {
  it('refuses a password for Sentinels that are not named', () => {
    const env = { REDIS_URL: 'redis://r', S3PROXY_SESSION_REDIS_SENTINEL_PASSWORD: 'a' }
    const missing = [['session.redisSentinelName', 'S3PROXY_SESSION_REDIS_SENTINEL_NAME']]
    assert.deepEqual(problemsOf(env), missing)
    assert.deepEqual(problemsOf({ ...env, S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' }), [])
  })

  it('wants an authority of Redis that is one, and rediss', () => {
    const env = { ...leastEnv, REDIS_URL: 'redis://r', S3PROXY_SESSION_REDIS_CA_FILE: 'localhost.key' }
    const readFile = (file: string) => readFileSync(`test/fixtures/tls/${file}`, 'utf8')
    assert.deepEqual(resolve({ env, readFile }).problems, [
      {
        path: 'session.redisCaFile',
        env: 'S3PROXY_SESSION_REDIS_CA_FILE',
        message: 'expected a certificate in PEM',
      },
    ])
    const valid = { ...env, S3PROXY_SESSION_REDIS_CA_FILE: 'localhost.crt' }
    assert.match(resolve({ env: valid, readFile }).warnings.join(), /redisCaFile is not used/)
    assert.doesNotMatch(
      resolve({ env: { ...valid, REDIS_URL: 'rediss://r' }, readFile }).warnings.join(),
      /redisCaFile/,
    )
  })

  it('keeps sessions in Redis when its URL is known, else in memory with a warning', () => {
    assert.equal(resolve({ env: { ...leastEnv, REDIS_URL: 'redis://h' } }).config?.session.store, 'redis')
    const { config, warnings } = resolve({ env: leastEnv })
    assert.equal(config?.session.store, 'memory')
    assert.equal(warnings.filter((warning) => warning.startsWith('sessions are kept in memory')).length, 1)
  })

  it('warns of an idle timeout that comes after the end of the session', () => {
    const warns = (idle: string, age: string) =>
      resolve({
        env: {
          ...leastEnv,
          S3PROXY_SESSION_IDLE_TIMEOUT_SECONDS: idle,
          S3PROXY_SESSION_MAX_AGE_SECONDS: age,
        },
      }).warnings.some((warning) => warning.includes('session.idleTimeoutSeconds has no effect'))
    assert.deepEqual([warns('600', '601'), warns('600', '600')], [false, true])
  })

  it('keeps sessions in memory when told so, although a URL of Redis is known', () => {
    const env = { ...leastEnv, REDIS_URL: 'redis://h', S3PROXY_SESSION_STORE: 'memory' }
    assert.equal(resolve({ env }).config?.session.store, 'memory')
  })

  for (const [what, env, path] of [
    ['Redis without its URL', { S3PROXY_SESSION_STORE: 'redis' }, 'session.redisUrl'],
    ['several URLs of one Redis', { REDIS_URL: 'redis://a,redis://b' }, 'session.redisUrl'],
    [
      'Cluster and Sentinel at once',
      {
        REDIS_URL: 'redis://a,redis://b',
        S3PROXY_SESSION_REDIS_CLUSTER: 'true',
        S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main',
      },
      'session.redisSentinelName',
    ],
    [
      'databases of a Cluster',
      { REDIS_URL: 'redis://a/1', S3PROXY_SESSION_REDIS_CLUSTER: 'true' },
      'session.redisUrl',
    ],
    [
      'Sentinels that name several databases',
      { REDIS_URL: 'redis://a?db=1,redis://b/2', S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' },
      'session.redisUrl',
    ],
    ['several workers with sessions in memory', { WEB_CONCURRENCY: '2' }, 'server.workers'],
    [
      'SameSite=None without https',
      { S3PROXY_SESSION_SAME_SITE: 'none', S3PROXY_SERVER_PUBLIC_URL: 'http://a.example.com' },
      'session.sameSite',
    ],
  ] as [string, Record<string, string>, string][]) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(
        problemsOf(env).map(([name]) => name),
        [path],
      )
    })
  }

  it('accepts several URLs of a Cluster, and of Sentinels', () => {
    const REDIS_URL = 'redis://a,redis://b'
    assert.deepEqual(problemsOf({ REDIS_URL, S3PROXY_SESSION_REDIS_CLUSTER: 'true' }), [])
    assert.deepEqual(problemsOf({ REDIS_URL, S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' }), [])
  })

  it('lets other sites embed what is sent where they get the cookie, unless it is said otherwise', () => {
    const policyOf = (env: Record<string, string>) => {
      const { config, warnings } = resolve({ env: { ...leastEnv, ...env } })
      return [
        config?.server.crossOriginResourcePolicy,
        warnings.some((text) => text.includes('embed nothing')),
      ]
    }
    const none = { S3PROXY_SESSION_SAME_SITE: 'none' }
    assert.deepEqual(policyOf({}), ['same-site', false])
    assert.deepEqual(policyOf(none), ['cross-origin', false])
    const own = { S3PROXY_SERVER_CROSS_ORIGIN_RESOURCE_POLICY: 'same-origin' }
    assert.deepEqual(policyOf(own), ['same-origin', false])
    assert.deepEqual(policyOf({ ...none, ...own }), ['same-origin', true])
  })
})
