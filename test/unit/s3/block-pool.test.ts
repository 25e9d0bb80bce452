import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createBlockPool } from '../../../src/s3/block-pool.ts'

const options = { largeBytes: 1000, smallBytes: 100, tinyBytes: 50, budgetBytes: 2500, keptBytes: 2000 }

describe('createBlockPool', () => {
  it('lends large blocks up to its budget and small ones beyond', () => {
    const pool = createBlockPool(options)
    const sizes = [0, 1, 2, 3, 4].map(() => pool.take().length)
    assert.deepEqual(sizes, [1000, 1000, 1000, 100, 100])
    assert.equal(pool.lentBytes, 3200)
  })

  it('lends tiny ones beyond twice its budget, and says before how large the next will be', () => {
    const pool = createBlockPool(options)
    const said: number[] = []
    const sizes: number[] = []
    for (let count = 0; count < 25; count++) {
      said.push(pool.nextBytes)
      sizes.push(pool.take().length)
    }
    assert.deepEqual(sizes, said)
    assert.deepEqual(sizes, [...Array(3).fill(1000), ...Array(20).fill(100), 50, 50])
  })

  it('lends a block again that was given back, and large ones again once the budget allows', () => {
    const pool = createBlockPool(options)
    const blocks = [pool.take(), pool.take(), pool.take(), pool.take()]
    for (const block of blocks) pool.give(block)
    assert.equal(pool.lentBytes, 0)
    assert.ok(blocks.includes(pool.take()))
  })

  it('keeps no more than it is told to', () => {
    const pool = createBlockPool(options)
    const blocks = [pool.take(), pool.take(), pool.take(), pool.take()]
    for (const block of blocks) pool.give(block)
    const again = [pool.take(), pool.take(), pool.take()]
    assert.equal(again.filter((block) => blocks.includes(block)).length, 2)
    assert.ok(again.every((block) => block.length === 1000))
  })

  it('lends small ones again too, so that readers who come and go make no garbage', () => {
    const pool = createBlockPool(options)
    for (let count = 0; count < 3; count++) pool.take()
    const small = pool.take()
    pool.give(small)
    assert.equal(pool.take(), small)
  })
})
