import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimIn, claimNameIn } from '../../../src/person/claim-in.ts'

const claims = {
  groups: ['a', 'b'],
  realm_access: { roles: ['admin'] },
  resource_access: { 'the/app': { roles: ['reader'] } },
  'https://example.com/groups': ['c'],
  'a~b': 1,
  'a~1b': 2,
  '': { '': 3 },
  no: null,
}

describe('claimIn', () => {
  for (const [place, expected] of [
    ['groups', claims.groups],
    ['/groups', claims.groups],
    ['/groups/1', 'b'],
    ['/realm_access/roles', ['admin']],
    ['/resource_access/the~1app/roles', ['reader']],
    ['https://example.com/groups', ['c']],
    ['/https:~1~1example.com~1groups', ['c']],
    ['/a~0b', 1],
    ['a~b', 1],
    ['/a~01b', 2],
    ['/', { '': 3 }],
    ['//', 3],
    ['/no', null],
  ] as const)
    it(`finds ${place}`, () => {
      assert.deepEqual(claimIn(claims, place), expected)
    })

  for (const place of [
    'realm_access/roles',
    '/realm_access/role',
    '/realm_access/roles/admin',
    '/groups/2',
    '/groups/01',
    '/groups/-',
    '/groups/length',
    '/no/more',
    '/a~0b/0',
    'toString',
    '/toString',
    '/constructor/name',
    '/__proto__',
  ])
    it(`finds nothing at ${place}`, () => {
      assert.equal(claimIn(claims, place), undefined)
    })
})

describe('claimNameIn', () => {
  for (const [place, expected] of [
    ['groups', 'groups'],
    ['/groups', 'groups'],
    ['/realm_access/roles', 'realm_access'],
    ['https://example.com/groups', 'https://example.com/groups'],
    ['/https:~1~1example.com~1groups', 'https://example.com/groups'],
    ['/a~01b/0', 'a~1b'],
    ['a~1b', 'a~1b'],
    ['/', ''],
  ] as const)
    it(`finds that of ${place}`, () => {
      assert.equal(claimNameIn(place), expected)
    })
})
