import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tokenTimes } from '../../../src/sso/token-times.ts'

const askedAt = 1_700_000_000_000

describe('tokenTimes', () => {
  it('renews a fifth of the life before the end, and five minutes at most', () => {
    for (const [seconds, aheadMs] of [
      [10, 2000],
      [300, 60_000],
      [1500, 300_000],
      [36_000, 300_000],
    ] as const)
      assert.deepEqual(tokenTimes(seconds, askedAt), {
        expiresAt: askedAt + seconds * 1000,
        renewAt: askedAt + seconds * 1000 - aheadMs,
      })
  })

  it('takes the number as a text', () => {
    assert.deepEqual(tokenTimes('300', askedAt), tokenTimes(300, askedAt))
  })

  it('knows no times where the life makes no sense, or has no end', () => {
    for (const life of [
      undefined,
      null,
      0,
      '0',
      -1,
      '',
      ' ',
      'soon',
      true,
      {},
      [300],
      1e300,
      Number.NaN,
      1e10,
    ])
      assert.deepEqual(tokenTimes(life, askedAt), {}, JSON.stringify(life))
  })
})
