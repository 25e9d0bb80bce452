import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRefusedTokens } from '../../../src/sso/refused-tokens.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { newSecret } from '../../../src/store/sealing.ts'
import type { Store } from '../../../src/store/store.ts'

const [page, other] = [{ returnTo: '/where-jo-goes?x' }, { returnTo: '/where-jo-goes' }]

describe('createRefusedTokens', () => {
  it('counts for each browser and page by itself, until they are forgotten', async () => {
    const { refusedTokens } = start()
    const [jo, kim] = [newSecret(), newSecret()]
    assert.deepEqual([await refusedTokens.add(jo, page), await refusedTokens.add(jo, page)], [1, 2])
    assert.equal(await refusedTokens.add(jo, other), 1)
    assert.equal(await refusedTokens.add(kim, page), 1)
    await refusedTokens.forget(jo, page)
    assert.equal(await refusedTokens.add(jo, page), 1)
    assert.equal(await refusedTokens.add(jo, other), 2)
  })

  it('counts for ten minutes from the first on', async () => {
    const { refusedTokens, clock } = start()
    const jo = newSecret()
    await refusedTokens.add(jo, page)
    clock.now += 599_999
    assert.equal(await refusedTokens.add(jo, page), 2)
    clock.now += 1
    assert.equal(await refusedTokens.add(jo, page), 1)
  })

  it('names neither cookie nor page to the store, and one counter however often it counts', async () => {
    const { refusedTokens, keys } = start()
    const jo = newSecret()
    for (let count = 0; count < 3; count++) await refusedTokens.add(jo, page)
    await refusedTokens.forget(jo, page)
    const [key = '', ...others] = new Set(keys)
    assert.deepEqual(others, [])
    assert.match(key, /^refused:[\w-]{43}$/)
    for (const secret of [jo, 'where-jo-goes']) assert.ok(!key.includes(secret))
  })
})

function start() {
  const clock = { now: 0 }
  const inner = createMemoryStore(() => clock.now)
  const keys: string[] = []
  const store: Store = {
    ...inner,
    async increment(key, by, ttlMs) {
      keys.push(key)
      return inner.increment(key, by, ttlMs)
    },
    async delete(key) {
      keys.push(key)
      return inner.delete(key)
    },
  }
  return { clock, keys, refusedTokens: createRefusedTokens(store) }
}
