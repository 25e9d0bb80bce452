import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupsIn } from '../../../src/person/groups-in.ts'

describe('groupsIn', () => {
  it('takes a list of texts, one text, and the names of what is true', () => {
    for (const [claim, groups] of [
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
      [[], []],
      ['a b', ['a b']],
      [{ a: true, 'b/c': true }, ['a', 'b/c']],
    ] as const)
      assert.deepEqual(groupsIn(claim), groups)
  })

  it('understands nothing else, and no part of it', () => {
    for (const claim of [
      ...[undefined, null, 5, true, ['a', 1], ['a', ['b']], [null]],
      ...[{ a: true, b: false }, { a: 'true' }, { a: { b: true } }],
    ])
      assert.equal(groupsIn(claim), 'unknown', JSON.stringify(claim))
  })
})
