import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  expectedRedis,
  parseRedisUrls,
  showRedisAddresses,
  withRedisScheme,
} from '../../../../src/config/schema/redis-url.ts'
import { session } from '../../../../src/config/schema/session.ts'

function issuesOf(value: string): string[] {
  return session.shape.redisUrl.safeParse(value).error?.issues.map(({ message }) => message) ?? []
}

describe('parseRedisUrls', () => {
  it('takes each URL apart, and decodes user and password', () => {
    assert.deepEqual(
      parseRedisUrls('rediss://user:p%40ss@redis.example.com.:6380/2, redis://[::1]?family=6'),
      [
        {
          ...{ host: 'redis.example.com', port: 6380, isSecure: true, username: 'user', password: 'p@ss' },
          ...{ database: 2, shown: 'rediss://***@redis.example.com:6380/2' },
        },
        { host: '::1', port: 6379, isSecure: false, family: 6, shown: 'redis://[::1]?***' },
      ],
    )
    assert.equal(parseRedisUrls('redis://h?db=3')?.[0]?.database, 3)
  })

  for (const value of [
    'redis://localhost',
    'redis://localhost:6379',
    'rediss://user:p%40ss%2Fword@redis.example.com:6380/2',
    'redis://:secret@h:1/?family=6',
    'redis://h:1?db=3',
    'redis://h:1/3?db=3',
    'rediss://h:1/?family=4&db=0',
    'redis://[::1]:6379/',
    'redis://a:1,redis://b:2, redis://c:3',
  ]) {
    it(`accepts ${value}`, () => {
      assert.deepEqual(issuesOf(value), [])
    })
  }

  for (const value of [
    'http://localhost',
    'redis://',
    'redis://h:port',
    'redis://h:70000',
    'redis://h/name',
    'redis://:hunter2#rest@h:1',
    'redis://:hunter2/rest@h:1',
    'redis://:hunter2%zz@h:1',
    'redis://a:1,',
    'redis://a:1,b:2',
    'redis://a b',
    'redis://h:1?db=hunter2',
    'redis://h:1?db=',
    'redis://h:1?db=1&db=1',
    'redis://h:1/2?db=3',
    'redis://h:1?family=5',
    'redis://h:1?password=hunter2',
    'rediss://h:1?ssl_cert_reqs=none',
    'redis://h:1?hunter2',
    'redis://a:1,redis://b:2?timeout=5',
  ]) {
    it(`refuses ${value}, and does not repeat it`, () => {
      assert.deepEqual(issuesOf(value), [expectedRedis])
    })
  }
})

describe('withRedisScheme', () => {
  it('takes host and port for plain Redis, in lists too', () => {
    assert.equal(withRedisScheme('cache.example.com:6379'), 'redis://cache.example.com:6379')
    assert.equal(withRedisScheme('a:1, b:2'), 'redis://a:1,redis://b:2')
  })

  it('leaves URLs as they are', () => {
    assert.equal(withRedisScheme('rediss://a:1'), 'rediss://a:1')
  })
})

describe('showRedisAddresses', () => {
  const shown = (urls: string) => showRedisAddresses(parseRedisUrls(urls) ?? [])

  it('keeps host, port and database, and hides user, password and query', () => {
    assert.equal(shown('rediss://user:hunter2@h:6379/2?db=2'), 'rediss://***@h:6379/2?***')
    assert.equal(shown('redis://a:1,redis://:hunter2@b:2'), 'redis://a:1,redis://***@b:2')
  })
})
