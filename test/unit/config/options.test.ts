import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultOf, isRequired, options } from '../../../src/config/options.ts'

const byPath = (path: string) => {
  const option = options.find((candidate) => candidate.path === path)
  assert.ok(option, path)
  return option
}

describe('options', () => {
  it('names the environment of an option by its path', () => {
    assert.equal(byPath('s3.stallTimeoutMs').envNames[0], 'S3PROXY_S3_STALL_TIMEOUT_MS')
    assert.deepEqual(byPath('server.port').envNames, ['S3PROXY_SERVER_PORT', 'PORT'])
  })

  it('gives no environment name to two options', () => {
    const names = options.flatMap(({ envNames, isSecret }) =>
      envNames.flatMap((name) => (isSecret === true ? [name, `${name}_FILE`] : [name])),
    )
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    )
  })

  it('describes every option', () => {
    assert.deepEqual(
      options.filter(({ description }) => description.length < 5).map(({ path }) => path),
      [],
    )
  })

  it('takes everything for a secret that is named like one', () => {
    const named = options.filter(({ name }) => /secret|password|token$|accessKey|redisUrl/i.test(name))
    assert.deepEqual(
      named.filter(({ isSecret }) => isSecret !== true).map(({ path }) => path),
      [],
    )
    assert.ok(named.length >= 5)
  })
})

describe('defaultOf', () => {
  it('is the value where nothing is given', () => {
    assert.equal(defaultOf(byPath('server.keepAliveTimeoutMs')), 95_000)
    assert.equal(defaultOf(byPath('server.publicUrl')), undefined)
  })
})

describe('isRequired', () => {
  it('tells what has no default and cannot be left out', () => {
    assert.deepEqual(
      options.filter(isRequired).map(({ path }) => path),
      ['s3.region', 'sso.url', 'sso.clientId', 'sso.clientSecret'],
    )
  })
})
