import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personFromClaims } from '../../../src/person/person-from-claims.ts'
import { whyGroupsAreUnknown } from '../../../src/person/unknown-groups.ts'

const places = { nameClaim: 'name', emailClaim: 'email', groupsClaim: '/groups', trustEmail: false }
const overage = {
  sub: 'a',
  _claim_names: { groups: 'src1' },
  _claim_sources: { src1: { endpoint: 'https://graph.example.com/users/a/getMemberObjects' } },
}

describe('groups that an SSO left out', () => {
  for (const [what, claims, place] of [
    ['as a link, as Entra ID does over 200', overage, '/groups'],
    ['by a plain name', overage, 'groups'],
    ['although some are there', { ...overage, groups: ['a'] }, '/groups'],
    ['with a flag', { hasgroups: true }, '/groups'],
    ['with a flag that is a text', { hasgroups: 'true' }, 'groups'],
    ['from within another claim', { _claim_names: { 'a/b': 'src1' } }, '/a~1b/roles'],
  ] as const)
    it(`are unknown: ${what}`, () => {
      assert.equal(personFromClaims(claims, { ...places, groupsClaim: place }).groups, 'unknown')
      assert.match(whyGroupsAreUnknown(claims, place) ?? '', /too many/)
    })

  it('say nothing of another claim', () => {
    const claims = { ...overage, hasgroups: true, roles: ['a'] }
    assert.deepEqual(personFromClaims(claims, { ...places, groupsClaim: 'roles' }).groups, ['a'])
    assert.equal(whyGroupsAreUnknown(claims, 'roles'), undefined)
  })
})

describe('whyGroupsAreUnknown', () => {
  it('has a reason for another form, and for more claims than are kept', () => {
    assert.match(whyGroupsAreUnknown({ groups: [1] }, '/groups') ?? '', /form/)
    assert.match(whyGroupsAreUnknown({ groups: ['a'.repeat(20_000)] }, '/groups') ?? '', /kept/)
  })

  it('has none for groups that are known, and where there are none', () => {
    for (const claims of [
      { groups: ['/staff'] },
      { groups: 'a' },
      { groups: { a: true } },
      { groups: null },
      {},
    ])
      assert.equal(whyGroupsAreUnknown(claims, '/groups'), undefined)
  })

  it('keeps the slash before the groups of Keycloak', () => {
    assert.deepEqual(personFromClaims({ groups: ['/staff/a'] }, places).groups, ['/staff/a'])
  })
})
