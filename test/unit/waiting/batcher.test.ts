import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createBatcher } from '../../../src/waiting/batcher.ts'

describe('createBatcher', () => {
  it('asks once for all of one turn of the event loop, and gives each its own', async () => {
    const asked: string[][] = []
    const get = createBatcher(async (keys) => {
      asked.push(keys)
      return keys.map((key) => `value of ${key}`)
    })
    assert.deepEqual(await Promise.all(['a', 'b', 'a'].map(get)), ['value of a', 'value of b', 'value of a'])
    assert.equal(await get('c'), 'value of c')
    assert.deepEqual(asked, [['a', 'b', 'a'], ['c']])
  })

  it('asks for what comes later without waiting for the answer to what came before', async () => {
    const answers: ((values: string[]) => void)[] = []
    const get = createBatcher(
      () =>
        new Promise<string[]>((resolve) => {
          answers.push(resolve)
        }),
    )
    const [first, second] = [get('a'), new Promise(setImmediate).then(() => get('b'))]
    while (answers.length < 2) await new Promise(setImmediate)
    answers[1]?.(['later'])
    assert.equal(await second, 'later')
    answers[0]?.(['earlier'])
    assert.equal(await first, 'earlier')
  })

  it('fails all that was asked for at once, and nothing else', async () => {
    let isBroken = true
    const get = createBatcher(async (keys) => {
      if (isBroken) throw new Error('broken')
      return keys
    })
    const outcomes = await Promise.allSettled([get('a'), get('b')])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).message),
      ['broken', 'broken'],
    )
    isBroken = false
    assert.equal(await get('c'), 'c')
  })
})
