import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRetryBudget } from '../../../src/origin/retry-budget.ts'
import { type RetryOptions, withRetries } from '../../../src/origin/with-retries.ts'
import { AttemptError } from '../../../src/s3/attempt-error.ts'
import type { S3Client } from '../../../src/s3/s3-client.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'
import type { Deadline } from '../../../src/waiting/deadline.ts'

const client: S3Client = { send: () => assert.fail('only attempts send'), renewCredentials: () => false }
const request = { signal: new Cancellation() }
const busy = new AttemptError('S3_UNAVAILABLE', 'S3 failed', true)

describe('withRetries', { timeout: 60_000 }, () => {
  it('has one deadline for all attempts together', async () => {
    let nowMs = 0
    const remainingMs: number[] = []
    const attempt = (_client: S3Client, _request: unknown, deadline: Deadline) => {
      remainingMs.push(deadline.remainingMs)
      nowMs += 400
      return Promise.reject(new AttemptError('S3_TIMEOUT', 'S3 did not answer', true))
    }
    const { options } = optionsOf({ maxAttempts: 10, deadlineMs: 1000, now: () => nowMs })
    const answer = withRetries(attempt, request, options)
    await assert.rejects(answer, { code: 'S3_TIMEOUT', message: /s3\.deadlineMs/ })
    assert.deepEqual(remainingMs, [1000, 600, 200])
  })

  it('asks until there is an answer, and tells each failure before', async () => {
    const { options, told } = optionsOf()
    assert.equal(await withRetries(failing(2, busy), request, options), 'answer')
    assert.deepEqual(told, ['S3 failed', 'S3 failed'])
  })

  for (const [what, error, own] of [
    ['the attempts are used up', busy, { maxAttempts: 1 }],
    ['no other attempt can do better', new AttemptError('S3_CREDENTIALS', 'wrong key', false), {}],
    ['the failure is none of an attempt', new Error('unforeseen'), {}],
    [
      'S3 wants to be left alone for longer than anybody waits',
      new AttemptError('S3_SLOW_DOWN', 'later', true, { retryAfterSeconds: 3 }),
      {},
    ],
    ['other requests have used the budget up', busy, { retryBudget: { earn() {}, spend: () => false } }],
  ] as [string, Error, Partial<RetryOptions>][]) {
    it(`does not ask again where ${what}`, async () => {
      const { options, told } = optionsOf(own)
      await assert.rejects(withRetries(failing(1, error), request, options), error)
      assert.deepEqual(told, [])
    })
  }
})

function failing(times: number, error: Error): () => Promise<string> {
  let attempts = 0
  return () => (++attempts > times ? Promise.resolve('answer') : Promise.reject(error))
}

function optionsOf(own: Partial<RetryOptions> = {}) {
  const told: string[] = []
  const options: RetryOptions = {
    ...{ client, maxAttempts: 3, deadlineMs: 30_000, retryBudget: createRetryBudget() },
    ...{ random: () => 0, now: () => 0, onRetry: ({ message }) => told.push(message) },
    ...own,
  }
  return { options, told }
}
