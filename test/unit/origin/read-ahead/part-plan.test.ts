import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPartPlan, type PartPlanOptions } from '../../../../src/origin/read-ahead/part-plan.ts'

describe('createPartPlan', () => {
  it('lets the first parts grow, so that they end one after another, and the last ones shrink', () => {
    assert.deepEqual(
      sizes({ firstByte: 0, endByte: 100, partBytes: 16, connections: 4, unitBytes: 1 }),
      [4, 8, 12, 16, 15, 12, 9, 6, 5, 4, 4, 4, 1],
    )
  })

  it('leaves no gap and no overlap, for any numbers', () => {
    for (let round = 1; round < 300; round++) {
      const firstByte = (round * 7919) % 1000
      const endByte = firstByte + ((round * 104_729) % 5000)
      const options = {
        ...{ firstByte, endByte, partBytes: 1 + ((round * 31) % 400) },
        ...{ connections: 1 + (round % 9), unitBytes: 1 + (round % 17) },
      }
      const plan = createPartPlan(options)
      let at = firstByte
      while (plan.nextBytes > 0) {
        const announced = plan.nextBytes
        const part = plan.next()
        assert.equal(part.firstByte, at)
        assert.equal(part.endByte - at, announced)
        assert.ok(announced < options.partBytes + options.unitBytes)
        at = part.endByte
        assert.ok(at === endByte || announced % options.unitBytes === 0)
      }
      assert.equal(at, endByte)
    }
  })

  it('has nothing to hand out where nothing is left', () => {
    const plan = createPartPlan({ firstByte: 9, endByte: 9, partBytes: 4, connections: 2, unitBytes: 1 })
    assert.equal(plan.nextBytes, 0)
  })
})

function sizes(options: PartPlanOptions): number[] {
  const plan = createPartPlan(options)
  const found: number[] = []
  while (plan.nextBytes > 0) {
    const { firstByte, endByte } = plan.next()
    found.push(endByte - firstByte)
  }
  return found
}
