import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { generatedBytes, generatedSha256 } from '../../../helpers/s3/stand-in/generated-body.ts'

describe('generatedBytes', () => {
  const whole = generatedBytes(5, 0, 2_200_000)

  it('gives the same bytes wherever it starts', () => {
    for (const [offset, length] of [
      [0, 1],
      [1, 9],
      [4090, 20],
      [4096, 4096],
      [4099, 3],
      [1_048_570, 10],
      [1_500_001, 600_001],
      [2_199_999, 1],
    ] as const) {
      const part = generatedBytes(5, offset, length)
      assert.ok(part.equals(whole.subarray(offset, offset + length)), `${length} bytes from ${offset}`)
    }
  })

  it('gives other bytes for another seed and at another page', () => {
    assert.ok(!generatedBytes(6, 0, 4096).equals(whole.subarray(0, 4096)))
    const period = 1_048_573
    assert.ok(!whole.subarray(0, 8192).equals(whole.subarray(period, period + 8192)))
  })

  it('reaches past 4 GiB', () => {
    const offset = 5 * 2 ** 32
    const [a, b] = [generatedBytes(1, offset, 100), generatedBytes(1, offset - 50, 100)]
    assert.ok(a.subarray(0, 50).equals(b.subarray(50)))
  })

  it('has the sum that generatedSha256 tells', () => {
    assert.equal(generatedSha256(2_200_000, 5), createHash('sha256').update(whole).digest('hex'))
    assert.equal(generatedSha256(0, 5), createHash('sha256').digest('hex'))
  })
})
