import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ErrorCode, S3ProxyError } from '../../../src/errors.ts'
import { HealAttempts } from '../../../src/origin/heal-attempts.ts'
import { AttemptError } from '../../../src/s3/attempt-error.ts'
import { TransportError } from '../../../src/s3/transport-error.ts'

const mib = 1024 * 1024
const failureOf = (code: ErrorCode) => new AttemptError(code, 'failed', true)

/** Attempts for a body that begins at its first byte, three bad answers and 1000 ms at most. */
function start() {
  const clock = { ms: 0 }
  const told: string[] = []
  const attempts = new HealAttempts(
    {
      ...{ maxAttempts: 3, deadlineMs: 1000, random: () => 0, now: () => clock.ms },
      onRetry: ({ code }) => told.push(code),
    },
    0,
  )
  const count = (failure: unknown, deadline = attempts.deadlineAfter(0)) =>
    attempts.count(failure, deadline, true)
  return { clock, told, attempts, count }
}

describe('HealAttempts', () => {
  it('bounds answers that make no sense by their number, and an S3 that is away by time alone', () => {
    const { told, count } = start()
    for (let times = 0; times < 50; times++) count(failureOf('S3_UNAVAILABLE'))
    for (let times = 0; times < 3; times++) count(failureOf('S3_BAD_ANSWER'))
    assert.throws(() => count(failureOf('S3_BAD_ANSWER')), { code: 'S3_BAD_ANSWER' })
    assert.equal(told.length, 53)
  })

  it('counts anew after a mebibyte, and not before', () => {
    const { attempts, count } = start()
    for (let times = 0; times < 3; times++) count(failureOf('S3_BAD_ANSWER'))
    attempts.noteProgress(mib - 1)
    assert.throws(() => count(failureOf('S3_BAD_ANSWER')))
    attempts.noteProgress(mib)
    for (let times = 0; times < 3; times++) count(failureOf('S3_BAD_ANSWER'))
    assert.throws(() => count(failureOf('S3_BAD_ANSWER')))
  })

  it('has one deadline for all that the reader has waited', () => {
    const { clock, attempts, count } = start()
    attempts.addWait(600)
    const deadline = attempts.deadlineAfter(100)
    assert.equal(deadline.remainingMs, 300)
    clock.ms = 300
    assert.throws(() => count(failureOf('S3_UNAVAILABLE'), deadline), {
      code: 'S3_TIMEOUT',
      message: /within 1000 ms \(s3\.deadlineMs\): failed/,
    })
    attempts.countAnew(5)
    assert.equal(attempts.deadlineAfter(0).remainingMs, 1000)
  })

  it('gives up where no other attempt can do better', () => {
    const { told, attempts, count } = start()
    const replaced = new S3ProxyError('OBJECT_REPLACED', 'gone')
    const later = new AttemptError('S3_SLOW_DOWN', 'later', true, { retryAfterSeconds: 2 })
    for (const failure of [replaced, later, new AttemptError('S3_CREDENTIALS', 'no', false)])
      assert.throws(() => count(failure), failure)
    const cut = new TransportError('cut', 'cut')
    assert.throws(() => attempts.count(cut, attempts.deadlineAfter(0), false), { code: 'S3_UNAVAILABLE' })
    assert.throws(() => count(new TypeError('x')), { code: 'INTERNAL' })
    assert.deepEqual(told, [])
    count(cut)
    assert.deepEqual(told, ['S3_UNAVAILABLE'])
  })
})
