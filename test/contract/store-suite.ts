import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/store/store.ts'

let count = 0
const newKey = (kind = 'session') => `${kind}:key-${++count}`
const long = 60_000

/**
 * Describes the behaviour of every store.
 *
 * @param getStore returns an open store; the suite does not close it
 */
export function describeStore(name: string, getStore: () => Store): void {
  describe(name, () => {
    it('gives back what was set, and null for what was not', async () => {
      const [store, key] = [getStore(), newKey()]
      assert.equal(await store.get(key), null)
      await store.set(key, 'one', long)
      assert.equal(await store.get(key), 'one')
      await store.set(key, 'two', long)
      assert.equal(await store.get(key), 'two')
      assert.equal(await store.get(newKey()), null)
    })

    it('keeps texts of any length and kind', async () => {
      const [store, key] = [getStore(), newKey()]
      for (const text of ['', ' ', '\r\n\0', 'ä\u{1f511}', 'x'.repeat(100_000)]) {
        await store.set(key, text, long)
        assert.equal(await store.get(key), text)
      }
    })

    it('replaces only what is there', async () => {
      const [store, key] = [getStore(), newKey()]
      await store.replace(key, 'one', long)
      assert.equal(await store.get(key), null)
      await store.set(key, 'one', long)
      await store.replace(key, 'two', long)
      assert.equal(await store.get(key), 'two')
      await store.delete(key)
      await store.replace(key, 'three', long)
      assert.equal(await store.get(key), null)
    })

    it('lets one of many claim a key, and nobody after', async () => {
      const [store, key] = [getStore(), newKey('claimed')]
      const outcomes = await Promise.all(Array.from({ length: 100 }, () => store.claim(key, long)))
      assert.equal(outcomes.filter(Boolean).length, 1)
      assert.equal(await store.claim(key, long), false)
      assert.equal(await store.claim(newKey('claimed'), long), true)
    })

    it('counts from 0, for many at once, by any whole number', async () => {
      const [store, key] = [getStore(), newKey('count')]
      const sums = await Promise.all(Array.from({ length: 100 }, () => store.increment(key, 1, long)))
      assert.deepEqual(
        sums.toSorted((one, other) => one - other),
        Array.from({ length: 100 }, (_, index) => index + 1),
      )
      assert.equal(await store.increment(key, 5_000_000_000, long), 5_000_000_100)
      assert.equal(await store.increment(key, -5_000_000_101, long), -1)
      assert.equal(await store.get(key), '-1')
      assert.equal(await store.increment(newKey('count'), 7, long), 7)
    })

    it('begins a counter anew that was deleted', async () => {
      const [store, key] = [getStore(), newKey('count')]
      await store.increment(key, 3, long)
      await store.delete(key)
      assert.equal(await store.increment(key, 2, long), 2)
    })

    it('forgets a counter when its time is over, however often it was counted on', async () => {
      const [store, key] = [getStore(), newKey('count')]
      assert.equal(await store.increment(key, 1, 200), 1)
      for (let value = 2; value < 10; value++) await store.increment(key, 1, long)
      await untilTrue(async () => (await store.get(key)) === null)
      assert.equal(await store.increment(key, 1, 200), 1)
      await untilTrue(async () => (await store.get(key)) === null)
    })

    it('deletes, also what is not there', async () => {
      const [store, key] = [getStore(), newKey()]
      await store.delete(key)
      await store.set(key, 'one', long)
      await store.delete(key)
      assert.equal(await store.get(key), null)
      assert.equal(await store.claim(key, long), true)
    })

    it('forgets values and claims when their time is over', async () => {
      const [store, value, claim] = [getStore(), newKey(), newKey('claimed')]
      await store.set(value, 'one', 1.5)
      await store.claim(claim, 1)
      await untilTrue(async () => (await store.get(value)) === null)
      await untilTrue(() => store.claim(claim, long))
    })

    it('gives a replaced value no more time than it had', async () => {
      const [store, key] = [getStore(), newKey()]
      await store.set(key, 'one', 200)
      await store.replace(key, 'two', long)
      await untilTrue(async () => (await store.get(key)) === null)
    })

    it('takes a time that is over already', async () => {
      const [store, key] = [getStore(), newKey()]
      await store.set(key, 'one', -5)
      await untilTrue(async () => (await store.get(key)) === null)
    })

    it('swaps a value for one of many that expect it, and for nobody who expects another', async () => {
      const [store, key] = [getStore(), newKey()]
      assert.equal(await store.swap(key, 'one', 'two', long), false)
      assert.equal(await store.get(key), null)
      await store.set(key, 'one', long)
      const swaps = Array.from({ length: 100 }, (_, index) => store.swap(key, 'one', `by ${index}`, long))
      const winners = (await Promise.all(swaps)).flatMap((isSwapped, index) => (isSwapped ? [index] : []))
      assert.equal(winners.length, 1)
      assert.equal(await store.get(key), `by ${winners[0]}`)
      assert.equal(await store.swap(key, 'one', 'two', long), false)
      await store.delete(key)
      assert.equal(await store.swap(key, `by ${winners[0]}`, 'two', long), false)
      assert.equal(await store.get(key), null)
    })

    it('gives a swapped value no more time than it had', async () => {
      const [store, key] = [getStore(), newKey()]
      await store.set(key, 'one', 200)
      assert.equal(await store.swap(key, 'one', 'two', long), true)
      await untilTrue(async () => (await store.get(key)) === null)
    })

    it('leases to one of many, until its owner gives it back, or until its time is over', async () => {
      const [store, key] = [getStore(), newKey('lease')]
      const owners = Array.from({ length: 100 }, (_, index) => `owner ${index}`)
      const leased = await Promise.all(owners.map((owner) => store.lease(key, owner, long)))
      const holders = owners.filter((_, index) => leased[index])
      assert.equal(holders.length, 1)
      await store.release(key, 'somebody else')
      assert.equal(await store.lease(key, 'next', long), false)
      await store.release(key, holders[0] as string)
      await store.release(key, holders[0] as string)
      assert.equal(await store.lease(key, 'next', 50), true)
      await untilTrue(() => store.lease(key, 'last', long))
      await store.release(key, 'next')
      assert.equal(await store.lease(key, 'nobody', long), false)
    })

    it('lengthens and shortens the life of what exists, and makes nothing', async () => {
      const [store, longer, shorter, set, missing] = [getStore(), newKey(), newKey(), newKey('set'), newKey()]
      await store.set(longer, 'one', 100)
      await store.touch(longer, long)
      await store.set(shorter, 'one', long)
      await store.add(set, 'one', long)
      await Promise.all([shorter, set].map((key) => store.touch(key, 100)))
      await store.touch(missing, long)
      await untilTrue(async () => (await store.get(shorter)) === null)
      await untilTrue(async () => (await store.members(set)).length === 0)
      assert.equal(await store.get(longer), 'one')
      assert.equal(await store.get(missing), null)
    })

    it('keeps sets, each member once, of many who add and remove at once', async () => {
      const [store, key] = [getStore(), newKey('set')]
      assert.deepEqual(await store.members(key), [])
      await store.remove(key, 'nobody')
      const names = Array.from({ length: 100 }, (_, index) => `member ${index}`)
      await Promise.all([...names, ...names].map((name) => store.add(key, name, long)))
      await Promise.all(names.slice(2).map((name) => store.remove(key, name)))
      assert.deepEqual((await store.members(key)).toSorted(), ['member 0', 'member 1'])
      await Promise.all(names.slice(0, 2).map((name) => store.remove(key, name)))
      assert.deepEqual(await store.members(key), [])
      assert.deepEqual(await store.existing([key]), [false])
      await store.add(key, 'again', long)
      await store.delete(key)
      assert.deepEqual(await store.members(key), [])
    })

    it('keeps a set as long as its longest member asks for', async () => {
      const [store, one, other] = [getStore(), newKey('set'), newKey('set')]
      await store.add(one, 'long', long)
      await store.add(one, 'short', 50)
      await store.add(other, 'short', 50)
      await untilTrue(async () => (await store.members(other)).length === 0)
      assert.ok((await store.members(one)).includes('long'))
    })

    it('drops members whose time is over when another one is added, and gives more time to one added again', async () => {
      const [store, key] = [getStore(), newKey('set')]
      for (let index = 0; index < 100; index++) await store.add(key, `short ${index}`, 20)
      await store.add(key, 'again', 20)
      await store.add(key, 'again', long)
      await untilTrue(async () => {
        await store.add(key, 'long', long)
        return (await store.members(key)).length === 2
      })
      assert.deepEqual((await store.members(key)).toSorted(), ['again', 'long'])
    })

    it('divides places among holders who ask at once, and never more than the limit', async () => {
      const [store, key] = [getStore(), newKey('places')]
      const wish = (holder: string, wanted: number) => store.holdPlaces(key, wishOf(holder, wanted), long)
      const asked = await Promise.all(Array.from({ length: 20 }, (_, index) => wish(`holder ${index}`, 2)))
      const held = asked.map((places) => places.held)
      assert.equal(
        held.reduce((sum, count) => sum + count, 0),
        5,
      )
      assert.ok(held.every((count) => count <= 2))
      const holder = `holder ${held.indexOf(2)}`
      assert.deepEqual(await wish('late', 1), { held: 0, byOthers: 5, otherHolders: 3 })
      assert.deepEqual(await wish(holder, 1), { held: 1, byOthers: 3, otherHolders: 2 })
      assert.deepEqual(await wish('late', 1), { held: 1, byOthers: 4, otherHolders: 3 })
      for (let index = 0; index < 20; index++) await wish(`holder ${index}`, 0)
      assert.deepEqual(await wish('late', 9), { held: 5, byOthers: 0, otherHolders: 0 })
      await wish('late', 0)
      assert.deepEqual(await store.existing([key]), [false])
    })

    it('lets a holder keep the places that it uses, also above the limit, and counts them', async () => {
      const [store, key] = [getStore(), newKey('places')]
      const wish = { ...wishOf('one', 9), used: 7 }
      assert.deepEqual(await store.holdPlaces(key, wish, long), { held: 7, byOthers: 0, otherHolders: 0 })
      const other = await store.holdPlaces(key, wishOf('other: 2', 1), long)
      assert.deepEqual(other, { held: 0, byOthers: 7, otherHolders: 1 })
      const again = await store.holdPlaces(key, { ...wishOf('other: 2', 1), used: 1 }, long)
      assert.equal(again.held, 1)
    })

    it('counts a holder who is present and has no place, until it has left', async () => {
      const [store, key] = [getStore(), newKey('places')]
      const present = { ...wishOf('one', 0), isPresent: true }
      assert.equal((await store.holdPlaces(key, present, long)).held, 0)
      const other = () => store.holdPlaces(key, wishOf('other', 1), long)
      assert.deepEqual(await other(), { held: 1, byOthers: 0, otherHolders: 1 })
      await store.holdPlaces(key, wishOf('one', 0), long)
      assert.deepEqual(await other(), { held: 1, byOthers: 0, otherHolders: 0 })
    })

    it('frees the places of a holder who does not come again, and no others', async () => {
      const [store, key] = [getStore(), newKey('places')]
      await store.holdPlaces(key, wishOf('stays', 1), long)
      await store.holdPlaces(key, wishOf('gone', 4), 100)
      assert.equal((await store.holdPlaces(key, wishOf('late', 4), long)).held, 0)
      await untilTrue(async () => (await store.holdPlaces(key, wishOf('late', 4), long)).held === 4)
      assert.equal((await store.holdPlaces(key, wishOf('gone', 4), long)).byOthers, 5)
      const last = newKey('places')
      await store.holdPlaces(last, wishOf('gone', 4), 100)
      await untilTrue(async () => (await store.existing([last]))[0] === false)
    })

    it('tells which of many keys exist, in their order', async () => {
      const [store, keys] = [getStore(), Array.from({ length: 300 }, () => newKey())]
      assert.deepEqual(await store.existing([]), [])
      assert.deepEqual(await store.existing(keys), Array(300).fill(false))
      await Promise.all(keys.map((key) => store.set(key, '', long)))
      assert.deepEqual(await store.existing(keys), Array(300).fill(true))
      const gone = [0, 7, 150, 151, 299]
      await Promise.all(gone.map((index) => store.delete(keys[index] as string)))
      assert.deepEqual(
        await store.existing(keys),
        keys.map((_, index) => !gone.includes(index)),
      )
      const [first, second] = keys.slice(1, 3) as [string, string]
      assert.deepEqual(await store.existing([second, first, second]), [true, true, true])
    })

    it('answers many at once, each with its own', async () => {
      const [store, keys] = [getStore(), Array.from({ length: 500 }, () => newKey())]
      await Promise.all(keys.map((key) => store.set(key, `value of ${key}`, long)))
      const values = await Promise.all(keys.map((key) => store.get(key)))
      assert.deepEqual(
        values,
        keys.map((key) => `value of ${key}`),
      )
    })

    it('says that it is well', async () => {
      await getStore().ping()
    })
  })
}

/** A wish at a limit of five places. */
function wishOf(holder: string, wanted: number) {
  return { holder, used: 0, wanted, limit: 5, isPresent: false }
}

/** Polls a condition for 5 s at most: the expiry of a value emits no event. */
async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await condition()) return
    await sleep(10)
  }
  assert.fail('it did not come to pass within 5 s')
}
