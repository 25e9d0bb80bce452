import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isPatternAt, pattern, patternAt } from '../../bench/objects.ts'

describe('isPatternAt', () => {
  const bytes = Buffer.concat([patternAt(pattern.length - 100, 1000), patternAt(0, 900)])

  it('knows the bytes at their offset, also over the end of the pattern', () => {
    assert.equal(bytes.length, 1000)
    assert.equal(isPatternAt(pattern.length - 100, bytes), true)
    assert.equal(isPatternAt(3 * pattern.length - 100, bytes), true)
  })

  it('sees one wrong byte, and bytes in the wrong place', () => {
    const wrong = Buffer.from(bytes)
    wrong[777] = (wrong[777] as number) ^ 1
    assert.equal(isPatternAt(pattern.length - 100, wrong), false)
    assert.equal(isPatternAt(pattern.length - 101, bytes), false)
  })
})
