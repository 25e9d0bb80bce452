import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  answersRange,
  formatContentRange,
  formatUnsatisfied,
  normalizeRange,
  parseContentRange,
  parseUnsatisfied,
} from '../../../src/http/content-range.ts'

describe('parseContentRange', () => {
  it('reads first, last and size', () => {
    assert.deepEqual(parseContentRange('bytes 5-9/10'), { first: 5, last: 9, sizeBytes: 10 })
  })

  it('refuses what is no satisfied range of known size', () => {
    for (const value of [
      undefined,
      '',
      'bytes */10',
      'bytes 5-9/*',
      'bytes 9-5/10',
      'bytes 5-10/10',
      'items 0-1/2',
      'bytes 0-1/2, bytes 0-1/2',
    ])
      assert.equal(parseContentRange(value), undefined, value)
  })
})

describe('formatContentRange', () => {
  it('writes what is read again', () => {
    const range = { first: 5, last: 9, sizeBytes: 10 }
    assert.equal(formatContentRange(range), 'bytes 5-9/10')
    assert.deepEqual(parseContentRange(formatContentRange(range)), range)
  })
})

describe('parseUnsatisfied', () => {
  it('reads the size of an object that a range lies outside of, and nothing else', () => {
    for (const sizeBytes of [0, 10, 5_000_000_000_000])
      assert.equal(parseUnsatisfied(formatUnsatisfied(sizeBytes)), sizeBytes)
    for (const value of [undefined, '', 'bytes */*', 'bytes 0-1/10', 'items */10', 'bytes */10,'])
      assert.equal(parseUnsatisfied(value), undefined, value)
  })
})

describe('normalizeRange', () => {
  it('writes a single range of bytes in one way', () => {
    assert.equal(normalizeRange('bytes=0-99'), 'bytes=0-99')
    assert.equal(normalizeRange('Bytes= 5-'), 'bytes=5-')
    assert.equal(normalizeRange('bytes=-0'), 'bytes=-0')
    assert.equal(normalizeRange('bytes=7-7'), 'bytes=7-7')
  })

  it('passes over a range that ends before it begins, which stores answer in ways of their own', () => {
    assert.equal(normalizeRange('bytes=5-1'), undefined)
    assert.equal(normalizeRange('bytes=10-9'), undefined)
  })
})

describe('answersRange', () => {
  const yes = [
    ['bytes=0-', [0, 9, 10]],
    ['bytes=0-9', [0, 9, 10]],
    ['bytes=0-99', [0, 9, 10]],
    ['bytes=3-3', [3, 3, 10]],
    ['bytes=-4', [6, 9, 10]],
    ['bytes=-99', [0, 9, 10]],
  ] as const
  const no = [
    ['bytes=0-', [0, 8, 10]],
    ['bytes=0-', [1, 9, 10]],
    ['bytes=3-5', [3, 6, 10]],
    ['bytes=3-5', [3, 4, 10]],
    ['bytes=3-5', [2, 5, 10]],
    ['bytes=-4', [5, 9, 10]],
    ['bytes=-4', [6, 8, 10]],
    ['bytes=0-1,3-4', [0, 1, 10]],
  ] as const
  for (const [asked, [first, last, sizeBytes]] of yes) {
    it(`takes ${first}-${last}/${sizeBytes} for ${asked}`, () => {
      assert.equal(answersRange({ first, last, sizeBytes }, asked), true)
    })
  }
  for (const [asked, [first, last, sizeBytes]] of no) {
    it(`does not take ${first}-${last}/${sizeBytes} for ${asked}`, () => {
      assert.equal(answersRange({ first, last, sizeBytes }, asked), false)
    })
  }
})
