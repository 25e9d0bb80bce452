import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { createSharedTimeout } from '../../../src/waiting/shared-timeout.ts'

const late = (timeoutMs: number) => new Error(`nothing within ${timeoutMs} ms`)

describe('createSharedTimeout', () => {
  it('passes on what comes of the work in time', async () => {
    const withinTime = createSharedTimeout(10_000, late)
    assert.equal(await withinTime(Promise.resolve('a')), 'a')
    await assert.rejects(withinTime(Promise.reject(new Error('broken'))), { message: 'broken' })
  })

  it('gives up work that takes too long, each piece after its own time', async () => {
    const withinTime = createSharedTimeout(80, late)
    const startedAt = performance.now()
    const ends: number[] = []
    const never = () =>
      withinTime(new Promise(() => {})).catch((error: Error) => {
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

  it('keeps its patience with others when work ends, in time or late, in any order', async () => {
    const withinTime = createSharedTimeout(80, late)
    const ends: Record<string, (value: string) => void> = {}
    const begin = (name: string) =>
      withinTime(
        new Promise<string>((resolve) => {
          ends[name] = resolve
        }),
      ).catch((error: Error) => error.message)
    const early = ['a', 'b', 'c'].map(begin)
    ends.a?.('done a')
    assert.equal(await early[0], 'done a')
    assert.deepEqual(await Promise.all(early.slice(1)), ['nothing within 80 ms', 'nothing within 80 ms'])
    const others = ['d', 'e', 'f'].map(begin)
    // Both end after their own deadline.
    ends.b?.('done b')
    ends.c?.('done c')
    ends.f?.('done f')
    ends.e?.('done e')
    assert.deepEqual(await Promise.all(others), ['nothing within 80 ms', 'done e', 'done f'])
  })

  it('does not count the time for which this process is too busy to read the answer', async () => {
    const withinTime = createSharedTimeout(40, late)
    const answer = withinTime(stat('/'))
    const busyUntil = performance.now() + 120
    while (performance.now() < busyUntil);
    assert.equal((await answer).isDirectory(), true)
  })
})
