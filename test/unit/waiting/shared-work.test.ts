import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSharedWork } from '../../../src/waiting/shared-work.ts'

describe('createSharedWork', () => {
  it('begins once for all callers with a name, and anew after its end', async () => {
    let begun = 0
    const shared = createSharedWork<number>()
    const begin = async () => ++begun
    const first = [shared('a', begin), shared('a', begin), shared('b', begin)]
    assert.deepEqual(await Promise.all(first), [1, 1, 2])
    assert.equal(await shared('a', begin), 3)
  })

  it('gives a failure to all callers, and begins anew after it', async () => {
    const shared = createSharedWork<number>()
    const fail = () => Promise.reject(new Error('away'))
    const first = [shared('a', fail), shared('a', () => assert.fail('begun'))]
    for (const work of first) await assert.rejects(work, { message: 'away' })
    assert.equal(await shared('a', async () => 1), 1)
  })
})
