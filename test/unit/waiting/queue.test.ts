import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createQueue } from '../../../src/waiting/queue.ts'

describe('createQueue', () => {
  /** Starts `count` pieces of work; each ends when its `finish` is called. */
  function start(count: number, atOnce: number, waiting: number) {
    const queue = createQueue(atOnce, waiting)
    const begun: number[] = []
    const finish: ((fails?: Error) => void)[] = []
    const works = Array.from({ length: count }, (_, index) =>
      queue(
        () =>
          new Promise<number>((resolve, reject) => {
            begun.push(index)
            finish[index] = (error) => (error === undefined ? resolve(index) : reject(error))
          }),
      ),
    )
    return { works, begun, finish, queue }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('runs a few at once, lets a few wait in their order, and takes no more', async () => {
    const { works, begun, finish } = start(5, 2, 2)
    assert.equal(works[4], undefined)
    await turn()
    assert.deepEqual(begun, [0, 1])
    finish[1]?.()
    await turn()
    assert.deepEqual(begun, [0, 1, 2])
    finish[0]?.()
    finish[2]?.()
    await turn()
    finish[3]?.()
    assert.deepEqual(await Promise.all(works), [0, 1, 2, 3, undefined])
  })

  it('goes on after work that failed, and is free again at the end', async () => {
    const { works, begun, finish, queue } = start(2, 1, 1)
    await turn()
    finish[0]?.(new Error('failed'))
    await assert.rejects(works[0] as Promise<number>, /failed/)
    await turn()
    assert.deepEqual(begun, [0, 1])
    finish[1]?.()
    await works[1]
    assert.equal(await queue(async () => 'free'), 'free')
  })
})
