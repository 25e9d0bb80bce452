import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultOf, isRequired } from '../../../../src/config/options/option.ts'
import { createOptions } from '../../../../src/config/options/options.ts'
import { productOptions } from '../../../../src/config/options/product-options.ts'
import { section } from '../../../../src/config/schema/section.ts'
import { shaped } from '../../../../src/config/schema/text-shapes.ts'
import { largerOptions } from '../larger-schema.ts'

const { single: options } = productOptions

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

describe('createOptions', () => {
  const optionOf = (path: string) =>
    [...largerOptions.single, ...largerOptions.named.flatMap(({ optionsOf }) => optionsOf('docs'))].find(
      (option) => option.path === path,
    )

  it('gives options of sections by name no environment names', () => {
    for (const path of ['shelves.docs.region', 'shelves.docs.slots', 'listeners.docs.port'])
      assert.deepEqual(optionOf(path)?.envNames, [], path)
  })

  it('gives lists of objects none either, and the options beside them theirs', () => {
    assert.deepEqual(optionOf('rights.rules')?.envNames, [])
    assert.deepEqual(optionOf('rights.groups')?.envNames, ['S3PROXY_RIGHTS_GROUPS'])
  })

  it('tells from which option one inherits, with all that is said of that one', () => {
    const inherited = optionOf('shelves.docs.secretAccessKey')
    assert.equal(inherited?.inherits, 's3.secretAccessKey')
    assert.equal(inherited?.isSecret, true)
    assert.equal(optionOf('shelves.docs.index')?.inherits, 'folder.index')
    for (const path of ['shelves.docs.maxAttempts', 'shelves.docs.path'])
      assert.equal(optionOf(path)?.inherits, undefined, path)
  })

  it('refuses a schema that describes an option of it by nothing', () => {
    assert.throws(() => createOptions(section({ a: section({ b: shaped(/x/, 'x') }) })), TypeError)
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
      ['s3.region', 'sso.clientId'],
    )
  })
})
