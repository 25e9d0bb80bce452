import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matchesWildcard } from '../../../src/access/match-wildcard.ts'
import { createWildcardIndex } from '../../../src/access/wildcard-index.ts'
import { createRandom } from '../../helpers/random.ts'

const wildcardsOf = (...texts: string[]) => texts.map((text) => ({ pieces: text.split('*') }))

describe('createWildcardIndex', () => {
  it('finds the very wildcards that are found one by one', () => {
    const random = createRandom(5)
    const textOf = (most: number) =>
      Array.from({ length: random.below(most) }, () => random.pick(['a', 'b', '-'])).join('')
    const wildcards = wildcardsOf(
      ...Array.from({ length: 600 }, () =>
        Array.from({ length: 2 + random.below(2) }, () => textOf(4)).join('*'),
      ),
    )
    const find = createWildcardIndex(wildcards)
    let found = 0
    for (let round = 0; round < 500; round++) {
      const segment = textOf(9)
      const expected = wildcards.filter(({ pieces }) => matchesWildcard(pieces, segment))
      const given = find(segment)
      assert.deepEqual(new Set(given), new Set(expected), segment)
      assert.equal(given.length, expected.length)
      found += given.length
    }
    assert.ok(found > 5000, `${found}`)
  })

  it('finds those of a rare shape beside many of another one', () => {
    const find = createWildcardIndex(
      wildcardsOf('aaaa*', '*-*', ...Array.from({ length: 20 }, (_, n) => `${n % 10}*`)),
    )
    assert.equal(find('aaaab').length, 1)
    assert.equal(find('3-a').length, 3)
  })

  it('lets no end of a wildcard overlap with the other one', () => {
    const find = createWildcardIndex(
      wildcardsOf('ab*ba', ...Array.from({ length: 20 }, (_, n) => `a${n}*${n}a`)),
    )
    assert.equal(find('aba').length, 0)
    assert.equal(find('abba').length, 1)
    assert.equal(find('a7a').length, 0)
    assert.equal(find('a77a').length, 1)
  })
})
