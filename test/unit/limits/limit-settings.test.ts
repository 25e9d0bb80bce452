import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { localBytesPerSecond, localStreams } from '../../../src/limits/limit-settings.ts'

const settings = (workers: number, limit: number | undefined) => ({
  streamsPerPerson: limit,
  bytesPerSecondPerPerson: limit,
  workers,
})

describe('localStreams', () => {
  it('divides the limit by the workers, and leaves one at least', () => {
    const of = (workers: number, limit?: number) => localStreams(settings(workers, limit))
    assert.deepEqual([of(1, 5), of(2, 5), of(5, 5), of(6, 5), of(256, 1)], [5, 2, 1, 1, 1])
    assert.equal(of(4), Number.POSITIVE_INFINITY)
  })
})

describe('localBytesPerSecond', () => {
  it('divides the limit by the processes that send, and by the workers where nobody knows of others', () => {
    const of = (workers: number, limit: number | undefined, others?: number) =>
      localBytesPerSecond(settings(workers, limit), others)
    assert.deepEqual([of(4, 1000, 0), of(4, 1000, 1), of(1, 1000, 9)], [1000, 500, 100])
    assert.deepEqual([of(4, 1000), of(1, 1000)], [250, 1000])
    assert.ok(of(4, undefined) > 1e15)
  })
})
