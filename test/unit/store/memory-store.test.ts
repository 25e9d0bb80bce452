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

  it('counts sets with all of their members', async () => {
    const store = createMemoryStore(() => 0, { maxValues: 100, maxCharacters: 100 })
    for (let index = 0; index < 50; index++) {
      await store.add('set:a', 'x'.repeat(40), 10)
      await store.add('set:a', `${index}`, 10)
      await store.remove('set:a', `${index}`)
      await store.touch('set:a', 10)
    }
    assert.deepEqual(await store.members('set:a'), ['x'.repeat(40)])
    await store.add('set:b', 'y'.repeat(60), 10)
    assert.deepEqual(await store.existing(['set:a', 'set:b']), [false, true])
    await store.add('set:b', 'z'.repeat(60), 10)
    assert.deepEqual(await store.members('set:b'), [])
    await store.close()
  })

  it('keeps what is in use before what is not', async () => {
    const store = createMemoryStore(() => 0, { maxValues: 2, maxCharacters: 1000 })
    await store.set('session:a', 'x', 10)
    await store.set('session:b', 'x', 10)
    await store.touch('session:a', 10)
    await store.set('session:c', 'x', 10)
    assert.deepEqual(await store.existing(['session:a', 'session:b', 'session:c']), [true, false, true])
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
