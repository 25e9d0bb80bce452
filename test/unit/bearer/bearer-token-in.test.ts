import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bearerTokenIn } from '../../../src/bearer/bearer-token-in.ts'

describe('bearerTokenIn', () => {
  it('reads the token, whatever the case of the scheme', () => {
    for (const [header, token] of [
      ['Bearer abc', 'abc'],
      ['bearer aZ9-._~+/==', 'aZ9-._~+/=='],
      ['BEARER   abc', 'abc'],
      [`Bearer ${'a'.repeat(16_384)}`, 'a'.repeat(16_384)],
    ] as const)
      assert.equal(bearerTokenIn(header), token, header.slice(0, 40))
  })

  it('knows nothing of other schemes', () => {
    for (const header of [undefined, '', 'Basic YTpi', 'Bearerabc', 'DPoP abc', 'Basic YTpi, Bearer abc'])
      assert.equal(bearerTokenIn(header), undefined, header)
  })

  it('tells what has not the form of one token', () => {
    for (const header of [
      'Bearer',
      'Bearer ',
      'Bearer a b',
      'Bearer a, Bearer b',
      'Bearer a,b',
      'Bearer =',
      'Bearer a=b',
      'Bearer "a"',
      'Bearer ä',
      'Bearer a\tb',
      `Bearer ${'a'.repeat(16_385)}`,
    ])
      assert.equal(bearerTokenIn(header), null, header.slice(0, 40))
  })
})
