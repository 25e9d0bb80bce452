import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRestartPolicy } from '../../../../src/cli/serve/restart-policy.ts'

describe('createRestartPolicy', () => {
  it('waits twice as long each time, up to a bound, while workers end soon', () => {
    const policy = createRestartPolicy()
    const waits = Array.from({ length: 9 }, () => {
      policy.started()
      return policy.ended(1000, true)
    })
    assert.deepEqual(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
  })

  it('forgets the past of a worker that lived long', () => {
    const policy = createRestartPolicy()
    policy.ended(10, true)
    policy.ended(10, true)
    assert.equal(policy.ended(30_000, true), 100)
    assert.equal(policy.ended(10, true), 200)
  })

  it('gives up after three that never listened, when nobody else serves', () => {
    const policy = createRestartPolicy()
    assert.deepEqual(
      [policy.ended(10, false), policy.ended(10, false), policy.ended(10, false)],
      [100, 200, undefined],
    )
  })

  it('goes on trying while another worker serves, and after one that listened', () => {
    const policy = createRestartPolicy()
    for (let count = 0; count < 5; count++) assert.notEqual(policy.ended(10, true), undefined)
    policy.started()
    assert.notEqual(policy.ended(10, false), undefined)
  })
})
