import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { createPatience } from '../../../src/session/patience.ts'

const late = (timeoutMs: number) => new Error(`nothing within ${timeoutMs} ms`)

describe('createPatience', () => {
  it('passes on what comes of the work in time', async () => {
    const withPatience = createPatience(10_000, late)
    assert.equal(await withPatience(Promise.resolve('a')), 'a')
    await assert.rejects(withPatience(Promise.reject(new Error('broken'))), { message: 'broken' })
  })

  it('gives up work that takes too long, each piece after its own time', async () => {
    const withPatience = createPatience(80, late)
    const startedAt = performance.now()
    const ends: number[] = []
    const never = () =>
      withPatience(new Promise(() => {})).catch((error: Error) => {
        assert.equal(error.message, 'nothing within 80 ms')
        ends.push(performance.now() - startedAt)
      })
    const first = never()
    await new Promise((resolve) => setTimeout(resolve, 40))
    const second = never()
    await Promise.all([first, second])
    assert.ok((ends[0] as number) >= 79, `${ends[0]}`)
    assert.ok((ends[1] as number) >= 119, `${ends[1]}`)
  })

  it('does not count the time for which this process is too busy to read the answer', async () => {
    const withPatience = createPatience(40, late)
    const answer = withPatience(stat('/'))
    const busyUntil = performance.now() + 120
    while (performance.now() < busyUntil);
    assert.equal((await answer).isDirectory(), true)
  })
})
