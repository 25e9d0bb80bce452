import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostsFromVcap, redisUrlFromVcap } from '../../../../src/config/sources/vcap-variables.ts'

describe('redisUrlFromVcap', () => {
  it('is the uri of the first redis service', () => {
    const services = {
      redis: [{ credentials: { uri: 'rediss://:p@h:6379' } }, { credentials: { uri: 'no' } }],
    }
    assert.equal(redisUrlFromVcap(JSON.stringify(services)), 'rediss://:p@h:6379')
  })

  it('is nothing when no redis service is bound', () => {
    assert.equal(redisUrlFromVcap('{}'), undefined)
    assert.equal(redisUrlFromVcap('{"redis": []}'), undefined)
    assert.equal(redisUrlFromVcap('{"postgres": [{"credentials": {"uri": "postgres://h"}}]}'), undefined)
    assert.equal(
      redisUrlFromVcap('{"redis": null, "other": {}, "third": [null, 1, {"tags": "redis"}]}'),
      undefined,
    )
  })

  for (const text of ['[]', 'null', '3', '"redis"', 'true', '[{"redis": []}]']) {
    it(`refuses ${text}, which is no object`, () => {
      assert.throws(() => redisUrlFromVcap(text), { message: 'expected a JSON object' })
    })
  }

  it('is the first service that is tagged redis, when none has that name', () => {
    const tagged = (uri: string) => ({ tags: ['in-memory', 'Redis'], credentials: { uri } })
    const services = {
      postgres: [{ tags: ['sql'], credentials: { uri: 'postgres://h' } }],
      'aws-elasticache': [{ tags: [], credentials: { uri: 'no' } }, tagged('rediss://first:1')],
      'p.redis': [tagged('redis://second:2')],
    }
    assert.equal(redisUrlFromVcap(JSON.stringify(services)), 'rediss://first:1')
    assert.equal(redisUrlFromVcap(JSON.stringify({ redis: [], ...services })), 'rediss://first:1')
    const named = { ...services, redis: [{ credentials: { uri: 'redis://named:3' } }] }
    assert.equal(redisUrlFromVcap(JSON.stringify(named)), 'redis://named:3')
  })

  it('says where the service stands that is tagged redis and has no URL', () => {
    const services = { cache: [{ tags: ['sql'] }, { tags: ['redis'], credentials: { secret: 'hunter2' } }] }
    assert.throws(
      () => redisUrlFromVcap(JSON.stringify(services)),
      /^Error: expected cache\[1\]\.credentials\.uri to be a URL, or host and port beside it$/,
    )
  })

  for (const [credentials, url] of [
    [{ uri: 'redis://a:1', url: 'redis://b:2', host: 'c', port: 3 }, 'redis://a:1'],
    [{ url: 'redis://b:2' }, 'redis://b:2'],
    [{ host: 'c', port: 6379 }, 'redis://c:6379'],
    [{ hostname: 'c', port: '6379', password: 'p@/:' }, 'redis://:p%40%2F%3A@c:6379'],
    [{ host: 'c', port: 6379, tls_port: 16379, password: 'p' }, 'rediss://:p@c:16379'],
    [{ host: 'c', port: 6379, tls_enabled: true, username: 'u', password: 'p' }, 'rediss://u:p@c:6379'],
    [{ host: '::1', port: 6379 }, 'redis://[::1]:6379'],
  ] as [object, string][]) {
    it(`makes ${url} of ${JSON.stringify(credentials)}`, () => {
      assert.equal(redisUrlFromVcap(JSON.stringify({ redis: [{ credentials }] })), url)
    })
  }

  for (const text of [
    '{"redis": [{"credentials": {"host": "c"}}]}',
    '{"redis": [{"credentials": {"port": 6379}}]}',
    '{"redis": [{}]}',
    '{"redis": [{"credentials": {"uri": 1}}]}',
    '{"redis": {"credentials": {"uri": "redis://h"}}}',
    '{"redis": [null]}',
  ]) {
    it(`says what was expected instead of ${text}`, () => {
      assert.throws(() => redisUrlFromVcap(text), /^Error: expected redis\[0\]\.credentials\.uri/)
    })
  }

  it('never repeats text that is not JSON', () => {
    assert.throws(() => redisUrlFromVcap('{"redis": hunter2'), { message: 'expected JSON' })
  })
})

describe('hostsFromVcap', () => {
  it('is the hosts of the routes, without their paths', () => {
    const application = { application_uris: ['assets.example.com', 'example.com/assets'] }
    assert.deepEqual(hostsFromVcap(JSON.stringify(application)), ['assets.example.com', 'example.com'])
  })

  it('is empty when there is no route', () => {
    assert.deepEqual(hostsFromVcap('{}'), [])
    assert.deepEqual(hostsFromVcap('null'), [])
  })

  it('says what was expected', () => {
    assert.throws(() => hostsFromVcap('{"application_uris": "h"}'), /expected application_uris to be a list/)
    assert.throws(() => hostsFromVcap('nothing'), { message: 'expected JSON' })
    assert.throws(() => hostsFromVcap('[]'), { message: 'expected a JSON object' })
  })
})
