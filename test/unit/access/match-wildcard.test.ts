import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matchesWildcard } from '../../../src/access/match-wildcard.ts'

const matches = (wildcard: string, segment: string) => matchesWildcard(wildcard.split('*'), segment)

describe('matchesWildcard', () => {
  it('puts anything in the place of each *, also nothing', () => {
    for (const [wildcard, segment] of [
      ['*', ''],
      ['*', 'a'],
      ['*.pdf', '.pdf'],
      ['*.pdf', 'a.pdf.pdf'],
      ['a*', 'a'],
      ['a*b*c', 'aXbbYbc'],
      ['*a*', 'bab'],
      ['*a*a*', 'aa'],
    ] as const)
      assert.ok(matches(wildcard, segment), `${wildcard} ${segment}`)
  })

  it('wants every piece, in its order, and none of them twice', () => {
    for (const [wildcard, segment] of [
      ['*.pdf', 'a.pd'],
      ['a*', 'ba'],
      ['ab*ba', 'aba'],
      ['a*b*c', 'acb'],
      ['a*bc*c', 'abc'],
      ['*a*a*', 'a'],
      ['*.PDF', 'a.pdf'],
    ] as const)
      assert.ok(!matches(wildcard, segment), `${wildcard} ${segment}`)
  })

  it('takes time in proportion to a segment that nearly fits', () => {
    const pieces = `*${'a*'.repeat(20)}b`.split('*')
    const startedAt = process.cpuUsage().user
    assert.ok(!matchesWildcard(pieces, 'a'.repeat(1000)))
    assert.ok(process.cpuUsage().user - startedAt < 100_000)
  })
})
