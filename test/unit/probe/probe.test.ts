import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProbeFailure, runSteps } from '../../../src/probe/probe.ts'

const step = (name: string, run: () => Promise<{ message: string }>, isVital = false) => ({
  name,
  timeoutMs: 1000,
  isVital,
  run,
})

describe('runSteps', () => {
  it('tells what each step found, with its advice', async () => {
    const results = await runSteps([
      step('a', async () => ({ message: 'fine', advice: 'but look' })),
      step('b', async () => {
        throw new ProbeFailure('broken', 'mend it')
      }),
      step('c', async () => {
        throw new Error('unforeseen')
      }),
    ])
    assert.deepEqual(
      results.map(({ name, ok, message, advice }) => [name, ok, message, advice]),
      [
        ['a', true, 'fine', 'but look'],
        ['b', false, 'broken', 'mend it'],
        ['c', false, 'unforeseen', ''],
      ],
    )
  })

  it('does not try what stands on a vital step that failed', async () => {
    let isTried = false
    const results = await runSteps([
      step('connect', async () => Promise.reject(new Error('refused')), true),
      step('ask', async () => {
        isTried = true
        return { message: '' }
      }),
    ])
    assert.equal(isTried, false)
    assert.deepEqual([results[1]?.ok, results[1]?.message], [false, 'not tried, because connect failed'])
  })

  it('gives a step up at its deadline, and tells it so', async () => {
    const aborted = new Promise<void>((resolve) => {
      void runSteps([
        {
          name: 'silent',
          timeoutMs: 20,
          run: (signal) => {
            signal.addEventListener('abort', () => resolve())
            return new Promise(() => {})
          },
        },
      ]).then(([result]) => {
        assert.deepEqual([result?.ok, result?.message], [false, 'no answer within 20 ms'])
      })
    })
    await aborted
  })
})
