import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configOf, resolveLarger } from '../larger-schema.ts'

const problemsOf = (rules: unknown) =>
  resolveLarger({ rights: { rules } }).problems.map(({ path, message }) => [path, message])

describe('a list of objects', () => {
  it('comes out with the defaults of its members, and is empty where it is not given', () => {
    const rules = [{ name: 'a' }, { name: 'b', action: 'list', to: { groups: ['g'] } }]
    assert.deepEqual(configOf({ rights: { rules } }).rights.rules, [
      { name: 'a', action: 'read' },
      { name: 'b', action: 'list', to: { groups: ['g'], everyone: false } },
    ])
    assert.deepEqual(configOf({}).rights.rules, [])
  })

  it('has a list in the place of one object, where a member may be either', () => {
    const rules = [
      { name: 'a', unless: { id: 'x' } },
      { name: 'b', unless: [{ id: 'x' }, { id: 'y' }] },
    ]
    assert.deepEqual(
      configOf({ rights: { rules } }).rights.rules.map(({ unless }) => unless),
      [[{ id: 'x' }], [{ id: 'x' }, { id: 'y' }]],
    )
  })
})

describe('problemsWithin', () => {
  it('names everything that is wrong, each with its whole path and the name of its object', () => {
    assert.deepEqual(
      problemsOf([
        { name: 'fits' },
        { nam: 'x', action: 'write' },
        3,
        { name: '', to: { groups: [3], evryone: true, everyone: 'yes' } },
        { name: 'd', to: [] },
        null,
        [],
        { name: 'refused' },
      ]),
      [
        ['rights.rules[1].nam', 'unknown key in s3proxy.json; did you mean rights.rules[1].name?'],
        ['rights.rules[1].name', 'is required: name of the rule'],
        ['rights.rules[1].action', 'expected one of read, list (from s3proxy.json)'],
        ['rights.rules[2]', 'expected an object (from s3proxy.json)'],
        ['rights.rules[3].name', 'expected text that is not empty (from s3proxy.json)'],
        [
          'rights.rules[3].to.evryone',
          'unknown key in s3proxy.json; did you mean rights.rules[3].to.everyone?',
        ],
        ['rights.rules[3].to.groups', 'expected groups (from s3proxy.json)'],
        ['rights.rules[3].to.everyone', 'expected true or false (from s3proxy.json)'],
        ['rights.rules[4].to', 'expected an object (from s3proxy.json, "d")'],
        ['rights.rules[5]', 'expected an object (from s3proxy.json)'],
        ['rights.rules[6]', 'expected an object (from s3proxy.json)'],
        ['rights.rules[7]', 'expected another name (from s3proxy.json, "refused")'],
      ],
    )
  })

  it('follows a member that is an object or a list of them', () => {
    const name = 'a'
    assert.deepEqual(
      problemsOf([
        { name, unless: { di: 'x' } },
        { name, unless: [{ id: 'x' }, { id: 3 }, 'x', { id: 'refused' }] },
        { name, unless: [] },
        { name, unless: 'x' },
        { name, unless: { id: 'refused' } },
      ]),
      [
        [
          'rights.rules[0].unless.di',
          'unknown key in s3proxy.json, "a"; did you mean rights.rules[0].unless.id?',
        ],
        ['rights.rules[0].unless.id', 'is required: a person'],
        ['rights.rules[1].unless[1].id', 'expected text (from s3proxy.json, "a")'],
        ['rights.rules[1].unless[2]', 'expected an object (from s3proxy.json, "a")'],
        ['rights.rules[1].unless[3]', 'expected another person (from s3proxy.json, "a")'],
        ['rights.rules[2].unless', 'expected an object, or a list of at least one (from s3proxy.json, "a")'],
        ['rights.rules[3].unless', 'expected an object, or a list of at least one (from s3proxy.json, "a")'],
        ['rights.rules[4].unless', 'expected another person (from s3proxy.json, "a")'],
      ],
    )
  })

  for (const rules of [{}, 'text', 3, null, true])
    it(`expects a list instead of ${JSON.stringify(rules)}`, () => {
      assert.deepEqual(problemsOf(rules), [
        ['rights.rules', 'expected a list of objects (from s3proxy.json)'],
      ])
    })
})
