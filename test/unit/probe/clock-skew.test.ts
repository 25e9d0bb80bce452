import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClockSkew } from '../../../src/probe/clock-skew.ts'
import { s3Clock } from '../../../src/probe/s3-clock.ts'

const there = Date.UTC(2026, 0, 2, 3, 4, 5)

/** Judges a clock that is `seconds` ahead of that of S3. */
function judge(seconds: number) {
  const skew = createClockSkew({ ...s3Clock, now: () => there + seconds * 1000 })
  skew.note(new Date(there).toUTCString())
  skew.note('no date')
  return skew.judge()
}

describe('createClockSkew', () => {
  it('says how far this clock is off, with advice from a minute on', () => {
    assert.deepEqual(judge(59), { message: 'this clock is 59 s ahead of that of S3' })
    assert.deepEqual(judge(-60), {
      message: 'this clock is 60 s behind that of S3',
      advice: 'set the clock: S3 refuses signatures that are more than 15 minutes off',
    })
    assert.equal(judge(899).message, 'this clock is 899 s ahead of that of S3')
  })

  it('fails from a quarter of an hour on, because S3 refuses such signatures', () => {
    for (const seconds of [900, -900]) assert.throws(() => judge(seconds), { code: 'S3_CREDENTIALS' })
  })

  it('fails where no answer had a date', () => {
    const skew = createClockSkew({ ...s3Clock, now: () => there })
    skew.note(undefined)
    assert.throws(() => skew.judge(), { code: 'S3_BAD_ANSWER' })
  })
})
