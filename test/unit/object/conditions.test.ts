import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  conditionHeaders,
  readConditions,
  withIfRange,
  withoutRange,
} from '../../../src/object/conditions.ts'

const read = (headers: Record<string, string>) => readConditions((name) => headers[name], now)
const now = () => Date.UTC(2024, 10, 1)
const date = 'Tue, 01 Oct 2024 10:00:00 GMT'

describe('readConditions', () => {
  it('reads the four preconditions, the range and if-range', () => {
    const conditions = {
      range: 'bytes=0-9',
      'if-match': '"a"',
      'if-none-match': 'W/"b", "c"',
    }
    const dates = { 'if-modified-since': date, 'if-unmodified-since': date }
    assert.deepEqual(read(dates), { kind: 'conditions', conditions: dates, ifRange: undefined })
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

  const effective = (headers: Record<string, string>) => {
    const result = read(headers)
    return result.kind === 'conditions' ? result.conditions : result
  }

  it('leaves out a date that is none, whatever is wrong with it', () => {
    for (const name of ['if-modified-since', 'if-unmodified-since'])
      for (const wrong of [
        'garbage',
        '0',
        'Tue, 31 Sep 2024 10:00:00 GMT',
        `${date}, ${date}`,
        'é',
        'x'.repeat(9999),
      ])
        assert.deepEqual(effective({ [name]: wrong, 'if-match': '"a"' }), { 'if-match': '"a"' }, wrong)
  })

  it('sends each of the three forms of a date in the one that every S3 knows', () => {
    for (const name of ['if-modified-since', 'if-unmodified-since'])
      for (const form of ['Tuesday, 01-Oct-24 10:00:00 GMT', 'Tue Oct  1 10:00:00 2024', `  ${date} `])
        assert.deepEqual(effective({ [name]: form }), { [name]: date })
    const ancient = { 'if-modified-since': 'Mon, 01 Jan 1601 00:00:00 GMT' }
    assert.deepEqual(effective(ancient), { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })
  })

  it('passes a date over beside the ETags that it stands in for', () => {
    for (const none of ['"a"', 'W/"a"', '*'])
      assert.deepEqual(effective({ 'if-none-match': none, 'if-modified-since': date }), {
        'if-none-match': none,
      })
    assert.deepEqual(effective({ 'if-none-match': ',', 'if-modified-since': date }), {})
    assert.deepEqual(effective({ 'if-none-match': '', 'if-modified-since': date }), {
      'if-modified-since': date,
    })
    assert.deepEqual(effective({ 'if-match': '"a"', 'if-unmodified-since': date }), { 'if-match': '"a"' })
  })

  for (const [list, becomes] of [
    ['*', '*'],
    ['"a"', '"a"'],
    ['W/"a","b"', 'W/"a", "b"'],
    ['"a, b"', '"a", "b"'],
    ['abc', '"abc"'],
    ['abc, "d"', '"abc", "d"'],
    ['"a", *', '"a"'],
    [', ,"a",,', '"a"'],
    ['"unclosed', '"unclosed"'],
    ['""', '""'],
  ] as const) {
    it(`reads the ETags ${list} as ${becomes}`, () => {
      for (const name of ['if-match', 'if-none-match'])
        assert.deepEqual(effective({ [name]: list }), { [name]: becomes })
    })
  }

  it('lets no ETag at all fit nothing', () => {
    for (const list of [',', '"', '", , ,']) {
      assert.deepEqual(effective({ 'if-none-match': list }), {}, list)
      assert.deepEqual(effective({ 'if-match': list }), { 'if-match': '"none"' }, list)
    }
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
    assert.deepEqual(withIfRange({ range }, '"a"', now), { range, 'if-match': '"a"' })
    for (const form of [date, 'Tuesday, 01-Oct-24 10:00:00 GMT', 'Tue Oct  1 10:00:00 2024'])
      assert.deepEqual(withIfRange({ range }, form, now), { range, 'if-unmodified-since': date })
  })

  it('never fits where it is weak, several, no validator, or beside another precondition', () => {
    for (const ifRange of ['W/"a"', '"a", "b"', '*', 'a', '', 'Tue, 01 Oct 2024 10:00:00 CET', '1727776800'])
      assert.equal(withIfRange({ range }, ifRange, now), undefined, ifRange)
    assert.equal(withIfRange({ range, 'if-match': '"b"' }, '"a"', now), undefined)
    assert.equal(withIfRange({ range, 'if-unmodified-since': date }, '"a"', now), undefined)
  })
})

describe('withoutRange', () => {
  it('keeps the preconditions', () => {
    assert.deepEqual(withoutRange({ range: 'bytes=0-', 'if-none-match': '"a"' }), { 'if-none-match': '"a"' })
  })
})
