import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { includesPeople } from '../../../src/access/includes-people.ts'
import { matchPeople } from '../../../src/access/match-people.ts'
import type { People } from '../../../src/access/rule.ts'
import { createRandomAccess } from './random-access.ts'

const includes = (wide: People[] | undefined, narrow: People[] | undefined) =>
  includesPeople({ to: wide }, { to: narrow })

describe('includesPeople', () => {
  it('knows that fewer members, and longer lists, are more people', () => {
    assert.ok(includes([{ groups: ['a', 'b'] }], [{ groups: ['b'] }]))
    assert.ok(includes([{ groups: ['a'] }], [{ groups: ['a'], ids: ['x'] }]))
    assert.ok(includes([{ ids: ['x'] }, { groups: ['a'] }], [{ groups: ['a'] }]))
    assert.ok(includes([{ claims: { '/a': ['1', '2'] } }], [{ claims: { '/a': ['1'], '/b': ['1'] } }]))
    assert.ok(!includes([{ groups: ['b'] }], [{ groups: ['a', 'b'] }]))
    assert.ok(!includes([{ groups: ['a'], ids: ['x'] }], [{ groups: ['a'] }]))
    assert.ok(!includes([{ claims: { '/a': ['1'] } }], [{ everyone: true }]))
  })

  it('knows that everyone is signed in, and that anybody need not be', () => {
    assert.ok(includes([{ everyone: true }], [{ groups: ['a'] }]))
    assert.ok(!includes([{ everyone: true }], [{ anonymous: true }]))
    assert.ok(includes([{ anonymous: true }], undefined))
    assert.ok(includes(undefined, [{ anonymous: true }]))
  })

  it('says yes only where nobody is found by the narrower rule alone', () => {
    const random = createRandomAccess(13)
    let included = 0
    for (let round = 0; round < 20_000; round++) {
      const [wide, narrow] = [random.options().rules[0], random.options().rules[0]]
      if (wide === undefined || narrow === undefined || !includesPeople(wide, narrow)) continue
      included++
      for (let people = 0; people < 5; people++) {
        const person = random.person()
        const ofWide = matchPeople(wide.to, wide.unless, person)
        const ofNarrow = matchPeople(narrow.to, narrow.unless, person)
        const told = (): string => JSON.stringify({ wide, narrow, person })
        if (ofNarrow === 'hit') assert.equal(ofWide, 'hit', told())
        if (ofNarrow === 'unknown') assert.notEqual(ofWide, 'miss', told())
      }
    }
    assert.ok(included > 1000)
  })
})
