import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  checkRedisUrl,
  expectedRedis,
  maskRedisUrls,
  withRedisScheme,
} from '../../../../src/config/schema/redis-url.ts'

function issuesOf(value: string): string[] {
  const issues: string[] = []
  checkRedisUrl(value, { addIssue: (message) => issues.push(message) })
  return issues
}

describe('checkRedisUrl', () => {
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

describe('maskRedisUrls', () => {
  it('keeps host, port and database, and hides user, password and query', () => {
    assert.equal(maskRedisUrls('rediss://user:hunter2@h:6379/2?token=hunter2'), 'rediss://***@h:6379/2?***')
    assert.equal(maskRedisUrls('redis://a:1,redis://:hunter2@b:2'), 'redis://a:1,redis://***@b:2')
  })
})
