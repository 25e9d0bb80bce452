import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  conditionHeaders,
  readConditions,
  withIfRange,
  withoutRange,
} from '../../../src/object/conditions.ts'

const read = (headers: Record<string, string>) => readConditions((name) => headers[name])
const date = 'Tue, 01 Oct 2024 10:00:00 GMT'

describe('readConditions', () => {
  it('reads the four preconditions, the range and if-range', () => {
    const conditions = {
      range: 'bytes=0-9',
      'if-match': '"a"',
      'if-none-match': 'W/"b", *',
      'if-modified-since': date,
      'if-unmodified-since': date,
    }
    assert.deepEqual(read({ ...conditions, 'if-range': ' "x" ' }), {
      kind: 'conditions',
      conditions,
      ifRange: '"x"',
    })
  })

  it('leaves out what is empty, and folds spaces as a signature does', () => {
    assert.deepEqual(read({ range: '', 'if-match': '  ', 'if-none-match': ' "a",\t  "b" ' }), {
      kind: 'conditions',
      conditions: { 'if-none-match': '"a", "b"' },
      ifRange: undefined,
    })
  })

  it('leaves out a range that S3 ignores', () => {
    for (const range of ['bytes=0-1,3-4', 'items=0-5', 'bytes=a-b', 'bytes', 'bytes=-', '0-5'])
      assert.deepEqual(read({ range }), { kind: 'conditions', conditions: {}, ifRange: undefined }, range)
  })

  it('calls values invalid that cannot be signed or are far too long', () => {
    for (const name of ['if-match', 'if-range', 'range'])
      for (const value of ['"é"', 'a\x00', 'x'.repeat(1025)])
        assert.deepEqual(read({ [name]: value }), { kind: 'invalid' }, name)
  })
})

describe('conditionHeaders', () => {
  it('puts names in alphabetical order, as they are signed', () => {
    assert.deepEqual(conditionHeaders({ range: 'r', 'if-none-match': 'n', 'if-match': 'm' }), [
      ['if-match', 'm'],
      ['if-none-match', 'n'],
      ['range', 'r'],
    ])
  })
})

describe('withIfRange', () => {
  const range = 'bytes=0-9'

  it('makes a strong ETag an if-match, and a date an if-unmodified-since', () => {
    assert.deepEqual(withIfRange({ range }, '"a"'), { range, 'if-match': '"a"' })
    assert.deepEqual(withIfRange({ range }, date), { range, 'if-unmodified-since': date })
  })

  it('never fits where it is weak, several, no validator, or beside another precondition', () => {
    for (const ifRange of ['W/"a"', '"a", "b"', '*', 'a', '', 'Tuesday, 01-Oct-24 10:00:00 GMT'])
      assert.equal(withIfRange({ range }, ifRange), undefined, ifRange)
    assert.equal(withIfRange({ range, 'if-match': '"b"' }, '"a"'), undefined)
    assert.equal(withIfRange({ range, 'if-unmodified-since': date }, '"a"'), undefined)
  })
})

describe('withoutRange', () => {
  it('keeps the preconditions', () => {
    assert.deepEqual(withoutRange({ range: 'bytes=0-', 'if-none-match': '"a"' }), { 'if-none-match': '"a"' })
  })
})
