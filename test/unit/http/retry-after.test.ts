import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRetryAfter } from '../../../src/http/retry-after.ts'

const now = Date.UTC(2024, 9, 1, 10)

describe('parseRetryAfter', () => {
  for (const [value, seconds] of [
    ['7', 7],
    [' 7 ', 7],
    ['0', 1],
    ['999999999', 3600],
    ['Tue, 01 Oct 2024 10:00:30 GMT', 30],
    ['Tuesday, 01-Oct-24 10:00:30 GMT', 30],
    ['Tue, 01 Oct 2024 09:00:00 GMT', 1],
    ['Wed, 01 Oct 2025 10:00:00 GMT', 3600],
    [undefined, undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['9'.repeat(5000), undefined],
  ] as const) {
    it(`reads ${value?.slice(0, 40)} as ${seconds}`, () => {
      assert.equal(parseRetryAfter(value, now), seconds)
    })
  }

  it('waits for the whole of the second that a date begins in', () => {
    assert.equal(parseRetryAfter('Tue, 01 Oct 2024 10:00:30 GMT', now + 999), 30)
  })
})
