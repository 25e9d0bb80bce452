import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toObjectKey } from '../../../src/object/key.ts'
import { respell } from '../../campaign/respell.ts'
import { createRandom } from '../../helpers/random.ts'

describe('respell', () => {
  const random = createRandom()

  it('names the same key in other letters', () => {
    const target = '/team//a%2Fb/t%C3%ABam%20x.bin'
    const spellings = new Set(Array.from({ length: 100 }, () => respell(target, random)))
    assert.deepEqual(
      new Set([...spellings].map(toObjectKey)),
      new Set(['team//a/b/t\u00ebam x.bin']),
      `seed ${random.seed}`,
    )
    assert.ok(spellings.size > 20, `seed ${random.seed}`)
    const hidden = [...spellings].filter((spelling) => !spelling.startsWith('/team/'))
    assert.ok(hidden.length > 0, `seed ${random.seed}`)
  })

  it('keeps the first slash, which makes it a path', () => {
    for (let count = 0; count < 100; count++) assert.match(respell('/a/b', random), /^\//)
  })
})
