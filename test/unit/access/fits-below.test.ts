import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fitsBelow, liesBelow } from '../../../src/access/fits-below.ts'
import { patternOf } from '../../helpers/access/rules.ts'

const namesOf = (folder: string) => folder.split('/').slice(1, -1)

describe('fitsBelow', () => {
  it('tells whether a pattern fits any path below a folder', () => {
    for (const [pattern, folder, expected] of [
      ['/a', '/', true],
      ['/', '/', true],
      ['/a/', '/a/', true],
      ['/a/**', '/a/b/', true],
      ['/**/x', '/a/b/', true],
      ['/*/b/c', '/a/b/', true],
      ['/{id}/c', '/a/', true],
      ['/a', '/a/', false],
      ['/a/b', '/a/b/', false],
      ['/b/**', '/a/', false],
      ['/*/c/**', '/a/b/', false],
      ['/x*/**', '/a/', false],
    ] as const)
      assert.equal(fitsBelow(patternOf(pattern), namesOf(folder)), expected, `${pattern} ${folder}`)
  })
})

describe('liesBelow', () => {
  it('tells whether a pattern fits nothing outside of a folder', () => {
    for (const [pattern, folder, expected] of [
      ['/a/b', '/a/', true],
      ['/a/**', '/a/', true],
      ['/a', '/', true],
      ['/a', '/a/', false],
      ['/*/b', '/a/', false],
      ['/**', '/a/', false],
      ['/ab/c', '/a/', false],
    ] as const)
      assert.equal(liesBelow(patternOf(pattern), namesOf(folder)), expected, `${pattern} ${folder}`)
  })
})
