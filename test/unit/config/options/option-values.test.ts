import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  getValue,
  namesIn,
  optionsIn,
  removeValue,
  setValue,
} from '../../../../src/config/options/option-values.ts'
import { productOptions } from '../../../../src/config/options/product-options.ts'
import { largerOptions } from '../larger-schema.ts'

const keys = (path: string) => ({ keys: path.split('.') })

describe('getValue', () => {
  it('follows the keys of an option, and finds nothing that is not there', () => {
    const values = { s3: { region: 'r' }, shelves: { docs: { path: '/' } }, log: null }
    assert.equal(getValue(values, keys('s3.region')), 'r')
    assert.equal(getValue(values, keys('shelves.docs.path')), '/')
    for (const path of [
      's3.bucket',
      'shelves.other.path',
      'sso.url',
      'log.level',
      'shelves.constructor.name',
    ])
      assert.equal(getValue(values, keys(path)), undefined, path)
  })
})

describe('setValue', () => {
  it('makes the sections that lead to a value, and leaves others alone', () => {
    const values: Record<string, unknown> = { s3: { region: 'r' } }
    setValue(values, keys('s3.bucket'), 'b')
    setValue(values, keys('shelves.constructor.path'), '/')
    assert.deepEqual(values, { s3: { region: 'r', bucket: 'b' }, shelves: { constructor: { path: '/' } } })
  })
})

describe('removeValue', () => {
  it('takes out what is there, and minds nothing that is not', () => {
    const values = { shelves: { a: { path: '/' }, b: {} } }
    removeValue(values, keys('shelves.a'))
    removeValue(values, keys('listeners.a'))
    assert.deepEqual(values, { shelves: { b: {} } })
  })
})

describe('optionsIn', () => {
  it('is every option, and those of each section that has a name in any of the values', () => {
    const paths = optionsIn(
      largerOptions,
      { shelves: { a: {} } },
      { shelves: { b: {}, a: {} }, listeners: { c: {} } },
    )
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.path') || path.startsWith('listeners'))
    assert.deepEqual(paths, ['shelves.a.path', 'shelves.b.path', 'listeners.c.port'])
    assert.ok(optionsIn(largerOptions).some(({ path }) => path === 's3.region'))
  })

  it('makes no list where nothing has a name', () => {
    assert.equal(optionsIn(productOptions, { s3: {} }), productOptions.single)
    assert.equal(optionsIn(largerOptions, { shelves: {} }), largerOptions.single)
  })
})

describe('namesIn', () => {
  it('has each name once, in the order in which they come', () => {
    assert.deepEqual(namesIn('shelves', { shelves: { b: {}, a: {} } }, {}, { shelves: { c: {}, b: {} } }), [
      'b',
      'a',
      'c',
    ])
  })
})
