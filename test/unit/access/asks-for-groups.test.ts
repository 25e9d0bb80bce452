import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asksForGroups } from '../../../src/access/asks-for-groups.ts'

describe('asksForGroups', () => {
  it('looks at who is let in, and at everybody in a rule', () => {
    const group = [{ emails: ['a@b.example'] }, { groups: ['staff'] }]
    assert.equal(asksForGroups({ groups: ['staff'] }), true)
    assert.equal(asksForGroups({ rules: [{ name: 'a' }, { name: 'b', to: group }] }), true)
    assert.equal(asksForGroups({ rules: [{ name: 'a', unless: group }] }), true)
  })

  it('is false where nothing names a group', () => {
    assert.equal(asksForGroups({}), false)
    const to = [{ everyone: true } as const]
    assert.equal(asksForGroups({ emails: ['a@b.example'], rules: [{ name: 'a', to }] }), false)
  })
})
