import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostsFromVcap, redisUrlFromVcap } from '../../../src/config/vcap.ts'

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
    assert.equal(redisUrlFromVcap('null'), undefined)
  })

  for (const text of [
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
  })
})
