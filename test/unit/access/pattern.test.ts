import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parsePattern } from '../../../src/access/pattern.ts'
import { patternOf } from '../../helpers/access/rules.ts'

describe('parsePattern', () => {
  it('parses each segment, also empty ones', () => {
    assert.deepEqual(patternOf('/a/*.pdf/**//{id}/').segments, [
      { kind: 'literal', text: 'a' },
      { kind: 'wildcard', pieces: ['', '.pdf'] },
      { kind: 'rest' },
      { kind: 'literal', text: '' },
      { kind: 'placeholder', placeholder: 'id' },
      { kind: 'literal', text: '' },
    ])
    assert.deepEqual(patternOf('/').segments, [{ kind: 'literal', text: '' }])
  })

  it('takes a JSON Pointer, which has slashes, for one segment', () => {
    assert.deepEqual(patternOf('/{claim:/realm/a~1b}/x').segments, [
      { kind: 'placeholder', placeholder: 'claim:/realm/a~1b' },
      { kind: 'literal', text: 'x' },
    ])
    assert.deepEqual(patternOf('/{claim:username}').segments, [
      { kind: 'placeholder', placeholder: 'claim:username' },
    ])
  })

  it('takes all other characters for themselves', () => {
    for (const text of ['a[b]', '{a,b}', '!a', '?', '{ID}', '{}', 'a%20b', '...', 'a.', '{claim:', 'é', '\\'])
      assert.deepEqual(patternOf(`/${text}`).segments, [{ kind: 'literal', text }], text)
  })

  it('says what was expected of a pattern that is none, or that no path fits', () => {
    const wrong: [string, RegExp][] = [
      ['', /begins with \//],
      ['a/b', /begins with \//],
      ['**', /begins with \//],
      ['/a**', /whole segments/],
      ['/a/***', /whole segments/],
      ['/a/../b', /no segment \. or \.\./],
      ['/./b', /no segment \. or \.\./],
      ['/a\\..\\b', /no segment \. or \.\./],
      ['/a\0', /NUL/],
      ['/\ud800', /well-formed/],
      ['/x{id}', /whole segments/],
      ['/{name}.pdf', /whole segments/],
      ['/{claim:/a}-*', /whole segments/],
      ['/{claim:/a~2}', /JSON Pointer/],
      ['/{claim:}', /whole segments/],
    ]
    for (const [text, message] of wrong) assert.match(String(parsePattern(text)), message, text)
  })
})
