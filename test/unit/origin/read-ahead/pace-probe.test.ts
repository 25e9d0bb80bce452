import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPaceProbe, type PaceProbe } from '../../../../src/origin/read-ahead/pace-probe.ts'

describe('createPaceProbe', () => {
  let nowMs = 0
  let load = 0
  const options = { windowBytes: 10_000_000, clockMs: () => nowMs, watchLoad: () => () => load }
  /** Makes the reader wait for S3, and then be busy with the bytes. */
  const step = (probe: PaceProbe, sizeBytes: number, waitedMs: number, busyMs: number) => {
    nowMs += waitedMs
    probe.waited(waitedMs)
    const judgement = probe.passed(sizeBytes)
    nowMs += busyMs
    return judgement
  }

  it('finds that a reader mostly waits for S3, and how fast S3 is', () => {
    const probe = createPaceProbe(options)
    step(probe, 300, 300, 10)
    assert.equal(step(probe, 5_000_000, 190, 10), undefined)
    assert.equal(step(probe, 5_000_000, 190, 10), 25_000_000)
  })

  it('finds nothing where the reader is the slow one', () => {
    const probe = createPaceProbe(options)
    for (let steps = 0; steps < 50; steps++) assert.equal(step(probe, 5_000_000, 90, 110), undefined)
  })

  it('finds nothing where one connection fills a gigabit line', () => {
    const probe = createPaceProbe(options)
    for (let steps = 0; steps < 50; steps++) assert.equal(step(probe, 5_000_000, 30, 1), undefined)
  })

  it('is not misled by a short pause of a fast connection', () => {
    const probe = createPaceProbe(options)
    for (let steps = 0; steps < 50; steps++)
      assert.equal(step(probe, 5_000_000, steps % 8 === 0 ? 60 : 15, 0), undefined)
  })

  it('finds nothing where this process is busy', () => {
    const probe = createPaceProbe(options)
    load = 0.6
    for (let steps = 0; steps < 51; steps++) assert.equal(step(probe, 5_000_000, 190, 10), undefined)
    load = 0
    assert.equal(step(probe, 5_000_000, 190, 10), undefined)
    assert.equal(step(probe, 5_000_000, 190, 10), 25_000_000)
  })

  it('judges each window anew: a reader that becomes fast is found', () => {
    const probe = createPaceProbe(options)
    for (let steps = 0; steps < 9; steps++) assert.equal(step(probe, 5_000_000, 0, 200), undefined)
    assert.equal(step(probe, 5_000_000, 900, 0), undefined)
    assert.equal(step(probe, 5_000_000, 900, 0), 5_000_000)
  })

  it('looks again only after 16 times as much when several connections were no gain', () => {
    const probe = createPaceProbe(options)
    step(probe, 5_000_000, 200, 0)
    probe.beMorePatient()
    for (let steps = 0; steps < 32; steps++) assert.equal(step(probe, 5_000_000, 200, 0), undefined)
    assert.equal(step(probe, 5_000_000, 200, 0), 25_000_000)
  })
})
