import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPartMemory } from '../../../../src/origin/read-ahead/part-memory.ts'
import { createReadAhead } from '../../../../src/origin/read-ahead/read-ahead.ts'
import { createSpareConnections } from '../../../../src/origin/read-ahead/spare-connections.ts'
import { createOwnReadAhead } from '../../../helpers/origin/read-ahead.ts'

const usage = { open: 0, idle: 0, waiting: 0 }
const options = {
  ...{ connections: 4, thresholdBytes: 0, partBytes: 100, memoryBytes: 1000, maxConnections: 8 },
  clockMs: () => 0,
  watchLoad: () => () => 0,
}

describe('createReadAhead', () => {
  it('lets parts have half of the connections at most', () => {
    const ahead = createOwnReadAhead({ ...options, poolUsage: () => usage })
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => ahead.begin(100)),
      [true, true, true, true, false],
    )
    assert.equal(ahead.memory.takenBytes, 400)
    ahead.end()
    assert.equal(ahead.begin(100), true)
  })

  it('lets no part begin while others use that half, or wait', () => {
    let now = { open: 4, idle: 0, waiting: 0 }
    const ahead = createOwnReadAhead({ ...options, poolUsage: () => now })
    assert.equal(ahead.begin(100), false)
    now = { open: 8, idle: 5, waiting: 0 }
    assert.equal(ahead.begin(100), true)
    now = { open: 8, idle: 5, waiting: 1 }
    assert.equal(ahead.begin(100), false)
    assert.equal(ahead.memory.takenBytes, 100)
  })

  it('lets no part begin beyond the memory', () => {
    const ahead = createOwnReadAhead({ ...options, poolUsage: () => usage })
    assert.equal(ahead.begin(950), true)
    assert.equal(ahead.begin(100), false)
    ahead.memory.give(950)
    assert.equal(ahead.begin(100), true)
  })

  it('keeps two buckets within the memory and the connections of one', () => {
    const memory = createPartMemory({ limitBytes: 500, partBytes: 100 })
    const spareConnections = createSpareConnections(8, () => usage)
    const [one, other] = [options, options].map((own) =>
      createReadAhead({ ...own, memory, spareConnections }),
    )
    assert.ok(one && other)
    assert.deepEqual(
      [one.begin(200), other.begin(200), one.begin(200), other.begin(100)],
      [true, true, false, true],
    )
    memory.budget.give(500)
    assert.equal(one.begin(100), true)
    assert.equal(other.begin(100), false, 'four connections of eight read ahead')
    other.end()
    assert.equal(other.begin(100), true)
  })

  it('reads into blocks no larger than a part', () => {
    const ahead = createOwnReadAhead({ ...options, poolUsage: () => usage })
    assert.equal(ahead.blocks.take().byteLength, 100)
    assert.equal(
      createOwnReadAhead({ ...options, partBytes: 2 ** 23, poolUsage: () => usage }).blockBytes,
      2 ** 19,
    )
  })
})
