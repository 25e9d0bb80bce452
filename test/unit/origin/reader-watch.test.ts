import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ReaderWatch } from '../../../src/origin/reader-watch.ts'
import { guests, type Sharer } from '../../../src/s3/fair-shares.ts'

/** A watch with a patience of 1000 ms, whose timers fire after 50 ms each; the clock is the test's. */
function start(isCrowded: (sharer: Sharer) => boolean = () => false) {
  const clock = { ms: 0 }
  let idle = 0
  const options = { readerPatienceMs: 1000, isCrowded, now: () => clock.ms }
  const watch = new ReaderWatch(options, guests, () => idle++)
  return { clock, watch, idle: () => idle }
}

describe('ReaderWatch', { timeout: 60_000 }, () => {
  it('calls a reader slow that took a tenth of the patience for a piece', () => {
    const { clock, watch } = start()
    clock.ms = 100
    assert.equal(watch.isSlow, false)
    clock.ms = 101
    assert.equal(watch.isSlow, true)
    watch.passOn()
    assert.equal(watch.isSlow, false)
  })

  it('tells of a reader that takes nothing, once its patience is over and not before', async (t) => {
    const { clock, watch, idle } = start()
    t.after(() => watch.stop())
    watch.wait()
    clock.ms = 990
    await sleep(150)
    assert.equal(idle(), 0)
    clock.ms = 1000
    await sleep(150)
    assert.equal(idle(), 1)
  })

  it('bears with nobody for long where requests wait for a connection', async (t) => {
    const asked: Sharer[] = []
    const { watch, idle } = start((sharer) => asked.push(sharer) > 0)
    t.after(() => watch.stop())
    watch.wait()
    await sleep(150)
    assert.deepEqual([idle(), asked], [1, [guests]])
  })

  it('tells of nobody who has come back', async () => {
    const { clock, watch, idle } = start()
    watch.wait()
    clock.ms = 5000
    watch.stop()
    await sleep(150)
    assert.equal(idle(), 0)
  })
})
