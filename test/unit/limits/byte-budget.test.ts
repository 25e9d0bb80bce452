import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { ByteBudget, type ByteWaiter } from '../../../src/limits/byte-budget.ts'

const bytesPerSecond = 80_000

describe('ByteBudget', () => {
  it('gives the bytes of one second at once, and then none before its time', (t) => {
    const { budget, tick } = start(t)
    assert.equal(budget.take(30_000), 30_000)
    assert.equal(budget.take(80_000), 50_000)
    assert.equal(budget.take(1), 0)
    tick(500)
    assert.equal(budget.take(1_000_000), 40_000)
    assert.equal(budget.isFull, false)
    tick(5000)
    assert.equal(budget.isFull, true)
    assert.equal(budget.take(1_000_000), 80_000)
  })

  it('gives no crumbs: a slice, or all that is wanted', (t) => {
    const { budget, tick } = start(t)
    budget.take(80_000)
    tick(100)
    assert.equal(budget.take(20_000), 0)
    assert.equal(budget.take(8000), 8000)
  })

  it('keeps the pace over any time, and wakes who waits', (t) => {
    const { budget, tick, wait } = start(t)
    budget.take(80_000)
    const reader = wait(1_000_000)
    tick(10_000)
    assert.equal(reader.granted.length, 1)
    for (let count = 0; count < 100; count++) {
      reader.again()
      tick(100)
    }
    const sum = reader.granted.reduce((all, sizeBytes) => all + sizeBytes, 0)
    assert.ok(sum <= 80_000 + 10 * bytesPerSecond, `${sum}`)
    assert.ok(sum >= 10 * bytesPerSecond - 20_000, `${sum}`)
  })

  it('serves many who wait in turn, with slices of one size, and nobody who comes later before them', (t) => {
    const { budget, tick, wait } = start(t)
    budget.take(80_000)
    const readers = Array.from({ length: 10 }, () => wait(1_000_000, true))
    assert.equal(budget.take(1), 0)
    for (let count = 0; count < 200; count++) tick(50)
    const sums = readers.map(({ granted }) => granted.reduce((all, sizeBytes) => all + sizeBytes, 0))
    assert.ok(Math.max(...sums) - Math.min(...sums) <= 20_000, `${sums}`)
    const all = sums.reduce((sum, one) => sum + one, 0)
    assert.ok(all > 9 * bytesPerSecond && all <= 10 * bytesPerSecond, `${all}`)
  })

  it('passes over those who have left, also the first', (t) => {
    const { budget, tick, wait } = start(t)
    budget.take(80_000)
    const [first, second, third] = [wait(100), wait(100), wait(100)]
    budget.leave(first.waiter)
    budget.leave(third.waiter)
    budget.leave(third.waiter)
    tick(1000)
    assert.deepEqual(
      [first, second, third].map(({ granted }) => granted.length),
      [0, 1, 0],
    )
  })

  it('takes a new pace at once, also for those who wait', (t) => {
    const { budget, tick, wait } = start(t)
    budget.take(80_000)
    const slow = wait(10_000)
    budget.setPace(8_000_000)
    tick(2)
    assert.deepEqual(slow.granted, [10_000])
    budget.setPace(bytesPerSecond)
    tick(60_000)
    assert.equal(budget.take(1_000_000), 80_000)
    budget.setPace(Number.MAX_SAFE_INTEGER)
    tick(1)
    assert.equal(budget.take(1_000_000_000), 1_000_000_000)
  })

  it('reaches a whole slice at the slowest pace', (t) => {
    const { budget, tick, wait } = start(t, 1)
    assert.equal(budget.take(4096), 4096)
    const reader = wait(4096)
    tick(4_095_000)
    assert.deepEqual(reader.granted, [])
    tick(1000)
    assert.deepEqual(reader.granted, [4096])
  })
})

function start(t: TestContext, pace = bytesPerSecond) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const budget = new ByteBudget(pace, Date.now)
  return {
    budget,
    tick: (ms: number) => t.mock.timers.tick(ms),
    /** Waits for bytes, and for more once it has got some where `goesOn` is set. */
    wait(wantedBytes: number, goesOn = false) {
      const granted: number[] = []
      const waiter: ByteWaiter = {
        wantedBytes,
        grant(sizeBytes) {
          assert.ok(sizeBytes > 0 && sizeBytes <= wantedBytes)
          granted.push(sizeBytes)
          if (goesOn) budget.wait(waiter)
        },
      }
      budget.wait(waiter)
      return { waiter, granted, again: () => budget.wait(waiter) }
    },
  }
}
