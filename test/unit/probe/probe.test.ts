import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { ProbeFailure, runSteps } from '../../../src/probe/probe.ts'

const codes = { failed: 'S3_UNAVAILABLE', late: 'S3_TIMEOUT' } as const

const step = (name: string, run: () => Promise<{ message: string }>, isVital = false) => ({
  name,
  timeoutMs: 1000,
  isVital,
  run,
})

describe('runSteps', () => {
  it('tells what each step found, with its advice, and a code where it failed', async () => {
    const results = await runSteps(
      [
        step('a', async () => ({ message: 'fine', advice: 'but look' })),
        step('b', async () => {
          throw new ProbeFailure('broken', 'mend it')
        }),
        step('c', async () => {
          throw new Error('unforeseen')
        }),
        step('d', async () => {
          throw new S3ProxyError('S3_CREDENTIALS', 'refused')
        }),
        step('e', async () => {
          throw new ProbeFailure('moved', 'look there', 'S3_BAD_ANSWER')
        }),
      ],
      codes,
    )
    assert.deepEqual(
      results.map(({ name, ok, code, message, advice }) => [name, ok, code, message, advice]),
      [
        ['a', true, undefined, 'fine', 'but look'],
        ['b', false, 'S3_UNAVAILABLE', 'broken', 'mend it'],
        ['c', false, 'S3_UNAVAILABLE', 'unforeseen', ''],
        ['d', false, 'S3_CREDENTIALS', 'refused', ''],
        ['e', false, 'S3_BAD_ANSWER', 'moved', 'look there'],
      ],
    )
  })

  it('does not try what stands on a vital step that failed', async () => {
    let isTried = false
    const results = await runSteps(
      [
        step('connect', async () => Promise.reject(new S3ProxyError('S3_CREDENTIALS', 'refused')), true),
        step('ask', async () => {
          isTried = true
          return { message: '' }
        }),
      ],
      codes,
    )
    assert.equal(isTried, false)
    assert.deepEqual(
      [results[1]?.ok, results[1]?.code, results[1]?.message],
      [false, 'S3_CREDENTIALS', 'not tried, because connect failed'],
    )
  })

  it('gives a step up at its deadline, and tells it so', async () => {
    const aborted = new Promise<void>((resolve) => {
      void runSteps(
        [
          {
            name: 'silent',
            timeoutMs: 20,
            run: (signal) => {
              signal.addEventListener('abort', () => resolve())
              return new Promise(() => {})
            },
          },
        ],
        codes,
      ).then(([result]) => {
        assert.deepEqual(
          [result?.ok, result?.code, result?.message],
          [false, 'S3_TIMEOUT', 'no answer within 20 ms'],
        )
      })
    })
    await aborted
  })
})
