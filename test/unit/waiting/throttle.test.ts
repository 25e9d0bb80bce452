import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { throttle } from '../../../src/waiting/throttle.ts'

describe('throttle', () => {
  it('gives all callers before a run its outcome, and later callers another one', async () => {
    let runs = 0
    const run = throttle(
      async () => ++runs,
      0,
      () => 0,
    )
    assert.deepEqual(await Promise.all([run(), run()]), [1, 1])
    assert.equal(await run(), 2)
  })

  it('runs the work one at a time, also for a caller that comes while it runs', async () => {
    let running = 0
    let most = 0
    const ends: (() => void)[] = []
    const run = throttle(
      async () => {
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => ends.push(resolve))
        running--
      },
      0,
      () => 0,
    )
    const first = run()
    await until(() => ends.length === 1)
    const second = run()
    ends[0]?.()
    await first
    await until(() => ends.length === 2)
    ends[1]?.()
    await second
    assert.equal(most, 1)
  })

  it('begins a run no earlier than its distance from the one before', async () => {
    const begunAtMs: number[] = []
    const now = () => performance.now()
    const run = throttle(async () => void begunAtMs.push(now()), 30, now)
    await run()
    await run()
    const [first = 0, second = 0] = begunAtMs
    assert.ok(second - first >= 28, `${second - first} ms`)
  })

  it('runs again after a failure', async () => {
    let runs = 0
    const run = throttle(
      async () => {
        if (++runs === 1) throw new Error('first')
        return runs
      },
      0,
      () => 0,
    )
    await assert.rejects(run(), /first/)
    assert.equal(await run(), 2)
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
