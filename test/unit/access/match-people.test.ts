import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matchPeople } from '../../../src/access/match-people.ts'
import type { People } from '../../../src/access/rule.ts'
import { personWith } from '../../helpers/access/rules.ts'

const jo = personWith()
const match = (to: People | People[], person = jo, unless?: People[]) =>
  matchPeople([to].flat(), unless, person)

describe('matchPeople', () => {
  it('finds somebody by each fact, where one item of a list fits', () => {
    for (const people of [
      { groups: ['admins', 'editors'] },
      { emails: ['jo@example.org'] },
      { emailDomains: ['example.org'] },
      { ids: ['jo'] },
      { claims: { '/department': ['press'], '/level': ['3'] } },
      { everyone: true },
      { anonymous: true },
    ] as People[])
      assert.equal(match(people), 'hit', JSON.stringify(people))
  })

  it('misses what is not the same, letter by letter', () => {
    for (const people of [
      { groups: ['Editors'] },
      { emails: ['jo@sub.example.org'] },
      { emailDomains: ['sub.example.org', 'ample.org', 'org'] },
      { ids: ['Jo'] },
      { claims: { '/department': ['Press'] } },
    ])
      assert.equal(match(people), 'miss', JSON.stringify(people))
  })

  it('wants every member of one object, and one of several objects', () => {
    assert.equal(match({ groups: ['editors'], ids: ['jo'] }), 'hit')
    assert.equal(match({ groups: ['editors'], ids: ['al'] }), 'miss')
    assert.equal(match([{ ids: ['al'] }, { groups: ['editors'] }]), 'hit')
    assert.equal(match([{ ids: ['al'] }, { groups: ['admins'] }]), 'miss')
  })

  it('does not know what the SSO does not say, unless something else settles it', () => {
    const stranger = personWith({ id: undefined, groups: 'unknown', emailVerified: false, claims: undefined })
    for (const people of [
      { groups: ['a'] },
      { emails: ['jo@example.org'] },
      { emailDomains: ['example.org'] },
      { ids: ['jo'] },
      { claims: { '/department': ['press'] } },
    ])
      assert.equal(match(people, stranger), 'unknown', JSON.stringify(people))
    assert.equal(match([{ groups: ['a'] }, { everyone: true }], stranger), 'hit')
    const unsure = personWith({ groups: 'unknown' })
    assert.equal(match({ groups: ['a'], ids: ['al'] }, unsure), 'miss')
    assert.equal(match({ ids: ['al'], groups: ['a'] }, unsure), 'miss')
    assert.equal(match({ groups: ['a'], ids: ['jo'] }, unsure), 'unknown')
    assert.equal(match({ ids: ['jo'], groups: ['a'] }, unsure), 'unknown')
    assert.equal(match([{ groups: ['a'] }, { ids: ['al'] }], unsure), 'unknown')
  })

  it('spares whom `unless` fits, and does not know where that is unknown', () => {
    assert.equal(match({ everyone: true }, jo, [{ groups: ['staff'] }]), 'miss')
    assert.equal(match({ everyone: true }, jo, [{ groups: ['admins'] }]), 'hit')
    assert.equal(
      match({ everyone: true }, personWith({ groups: 'unknown' }), [{ groups: ['admins'] }]),
      'unknown',
    )
    assert.equal(match({ ids: ['al'] }, personWith({ groups: 'unknown' }), [{ groups: ['admins'] }]), 'miss')
    assert.equal(matchPeople(undefined, [{ groups: ['admins'] }], jo), 'hit')
  })

  it('is about nobody who is not signed in, save for anonymous rules and those about everybody', () => {
    for (const people of [{ everyone: true }, { groups: ['editors'] }, { ids: ['jo'] }] as People[])
      assert.equal(matchPeople([people], undefined, undefined), 'miss')
    assert.equal(matchPeople([{ anonymous: true }], undefined, undefined), 'hit')
    assert.equal(matchPeople(undefined, [{ groups: ['admins'] }], undefined), 'hit')
  })
})
