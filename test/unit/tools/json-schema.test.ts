import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jsonSchemaOfConfig } from '../../tools/json-schema.ts'
import { largerOptions, largerSchema } from '../config/larger-schema.ts'

describe('jsonSchemaOfConfig', () => {
  const { properties } = JSON.parse(jsonSchemaOfConfig(largerSchema, largerOptions))
  const shelf = properties.shelves.additionalProperties

  it('has one object for all names of a section, which knows no other keys', () => {
    assert.equal(properties.shelves.type, 'object')
    assert.equal(properties.shelves.description, 'one bucket or prefix at one path')
    assert.equal(shelf.additionalProperties, false)
    assert.deepEqual(Object.keys(properties.listeners.additionalProperties.properties), ['port'])
  })

  it('allows the names that the program allows', () => {
    const name = new RegExp(properties.shelves.propertyNames.pattern)
    assert.ok(name.test('docs-1') && !name.test('no.name') && !name.test('__proto__'))
  })

  it('says where an option is inherited from, in place of a default', () => {
    const { stallTimeoutMs, slots } = shelf.properties
    assert.equal(
      stallTimeoutMs.description,
      'longest time without a byte from S3, before and within a body; default: s3.stallTimeoutMs',
    )
    assert.equal(stallTimeoutMs.default, undefined)
    assert.equal(properties.s3.properties.stallTimeoutMs.default, 10_000)
    assert.deepEqual([slots.default, slots.description], [1, 'places in it'])
  })

  it('has the file of each secret beside it', () => {
    assert.deepEqual(shelf.properties.secretAccessKeyFile, {
      type: 'string',
      description: 'file that holds shelves.NAME.secretAccessKey',
    })
    assert.equal(properties.s3.properties.secretAccessKeyFile, undefined)
    assert.equal(shelf.properties.pathFile, undefined)
  })

  it('has lists of objects with what is known of their members, and requires none', () => {
    const { rules } = properties.rights.properties
    assert.deepEqual([rules.type, rules.description, rules.default], ['array', 'who may read what', []])
    const { items } = rules
    assert.equal(items.additionalProperties, false)
    assert.equal(items.properties.name.description, 'name of the rule')
    assert.equal(items.properties.to.properties.groups.type, 'array')
    assert.equal(items.properties.to.additionalProperties, false)
    assert.deepEqual(
      items.properties.unless.anyOf.map(({ type }: { type: string }) => type),
      ['object', 'array'],
    )
  })

  it('tells nothing that is only for the program', () => {
    const text = jsonSchemaOfConfig(largerSchema, largerOptions)
    assert.doesNotMatch(text, /"(?:kind|inherits|restart|isSecret|isFile|env|required)":/)
  })
})
