import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { describeStore } from '../../contract/store-suite.ts'

const shared = createMemoryStore(Date.now)
after(() => shared.close())
describeStore('createMemoryStore', () => shared)

describe('createMemoryStore, when too much comes', () => {
  it('makes room by throwing out the oldest of the same kind', async () => {
    const store = createMemoryStore(() => 0, { maxValues: 3, maxCharacters: 1000 })
    await store.set('session:a', 'x', 10)
    for (const name of ['a', 'b', 'c', 'd']) await store.set(`login:${name}`, 'x', 10)
    assert.equal(await store.get('login:a'), null)
    assert.equal(await store.get('login:b'), 'x')
    assert.equal(await store.get('session:a'), 'x')
    await store.close()
  })

  it('keeps no more characters than it may', async () => {
    const store = createMemoryStore(() => 0, { maxValues: 100, maxCharacters: 1000 })
    for (let index = 0; index < 50; index++) await store.set(`login:${index}`, 'x'.repeat(100), 10)
    const left = await Promise.all(Array.from({ length: 50 }, (_, index) => store.get(`login:${index}`)))
    assert.equal(left.filter((value) => value !== null).length, 9)
    assert.notEqual(left[49], null)
    await store.set('login:big', 'x'.repeat(2000), 10)
    assert.equal(await store.get('login:big'), null)
    await store.set('login:small', 'x', 10)
    assert.equal(await store.get('login:small'), 'x')
    await store.close()
  })

  it('counts what was deleted and replaced', async () => {
    const store = createMemoryStore(() => 0, { maxValues: 100, maxCharacters: 60 })
    for (let index = 0; index < 50; index++) {
      await store.set('session:a', 'x'.repeat(20), 10)
      await store.replace('session:a', 'y'.repeat(20), 10)
      await store.set('session:b', 'x'.repeat(10), 10)
      await store.delete('session:b')
    }
    assert.equal(await store.get('session:a'), 'y'.repeat(20))
    await store.close()
  })
})
