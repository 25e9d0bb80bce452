import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pauseAfterFailure } from '../../../src/bearer/pause-after-failure.ts'
import { type ErrorDetails, S3ProxyError } from '../../../src/errors.ts'

function start() {
  const clock = { elapsed: 0 }
  let asked = 0
  let failure: Error | undefined
  const ask = pauseAfterFailure(
    async () => {
      asked++
      if (failure !== undefined) throw failure
      return { kind: 'refused', reason: 'no' }
    },
    () => clock.elapsed,
  )
  return {
    clock,
    ask: () => ask('token'),
    asked: () => asked,
    fail(
      code?: 'SSO_BUSY' | 'SSO_UNAVAILABLE' | 'SSO_TIMEOUT' | 'SSO_BAD_ANSWER',
      details: ErrorDetails = {},
    ) {
      failure = code && new S3ProxyError(code, 'away', details)
    },
  }
}

describe('pauseAfterFailure', () => {
  for (const [what, code, details, pauseMs] of [
    ['is busy', 'SSO_BUSY', {}, 1000],
    ['is busy and says how long', 'SSO_BUSY', { retryAfterSeconds: 7 }, 7000],
    ['asks for an hour', 'SSO_BUSY', { retryAfterSeconds: 3600 }, 60_000],
    ['does not answer', 'SSO_TIMEOUT', {}, 1000],
    ['cannot be reached', 'SSO_UNAVAILABLE', { cause: new Error('refused') }, 1000],
    ['is under maintenance', 'SSO_UNAVAILABLE', { retryAfterSeconds: 30 }, 30_000],
  ] as const)
    it(`asks nothing for ${pauseMs} ms after the server ${what}`, async () => {
      const { ask, asked, fail, clock } = start()
      fail(code, details)
      await assert.rejects(ask(), { code, message: 'away' })
      fail()
      clock.elapsed = pauseMs - 1
      await assert.rejects(ask(), {
        code,
        message: 'away; it is not asked again for 1 s',
        retryAfterSeconds: 1,
      })
      assert.equal(asked(), 1)
      clock.elapsed = pauseMs
      assert.equal((await ask()).kind, 'refused')
      assert.equal((await ask()).kind, 'refused')
      assert.equal(asked(), 3)
    })

  it('goes on after an answer that may be bad for one token only', async () => {
    for (const code of ['SSO_UNAVAILABLE', 'SSO_BAD_ANSWER'] as const) {
      const { ask, fail } = start()
      fail(code)
      await assert.rejects(ask(), { code })
      fail()
      assert.equal((await ask()).kind, 'refused')
    }
  })
})
