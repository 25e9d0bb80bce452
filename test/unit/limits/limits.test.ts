import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { LimitSettings } from '../../../src/limits/limit-settings.ts'
import { createLimits, type ProcessLimits } from '../../../src/limits/limits.ts'
import type { Place } from '../../../src/limits/place.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { Cancellation } from '../../../src/waiting/cancellation.ts'
import { createRandom } from '../../helpers/random.ts'

describe('createLimits', () => {
  it('gives places of two instances up to the limit, and one that is given back to who waits elsewhere', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 3 })
    const [one, other] = [world.instance(), world.instance()]
    const places = [await world.take(one), await world.take(other), await world.take(one)]
    assert.ok(places.every((place) => place !== undefined))
    assert.equal(await world.take(one), undefined)
    assert.equal(await world.take(other), undefined)
    assert.ok(await world.take(other, 'kim'), 'another person has a limit of their own')
    const waiting = world.wait(other)
    places[0]?.release()
    assert.ok(await waiting.within(1000))
    assert.equal(await world.take(one), undefined)
    assert.equal(other.limits.runningOf('jo'), 3)
  })

  it('wakes who waits in the same process in the turn in which a place comes free, the oldest first', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const one = world.instance()
    const place = await world.take(one)
    const [first, second] = [world.wait(one), world.wait(one)]
    assert.equal(one.limits.usage.waiting, 2)
    place?.release()
    place?.release()
    await world.flush()
    assert.ok(await first.within(0))
    assert.equal(second.isSettled, false)
    assert.equal(await world.take(one), undefined, 'nobody overtakes who waits')
  })

  it('lets nobody wait for more than two seconds, and counts who got nothing', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const one = world.instance()
    await world.take(one)
    const waiting = world.wait(one)
    await world.pass(1900)
    assert.equal(waiting.isSettled, false)
    assert.equal(await waiting.within(100), undefined)
    assert.deepEqual(one.limits.usage, { waiting: 0, refusals: { late: 1, crowd: 0 } })
  })

  it('lets 64 requests of a person wait, and no more, also not of others who have left', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const one = world.instance()
    const place = await world.take(one)
    const gone = new Cancellation()
    const waiting = Array.from({ length: 64 }, () => world.wait(one, 'jo', gone))
    assert.equal(await world.wait(one).within(0), undefined)
    assert.deepEqual(one.limits.usage, { waiting: 64, refusals: { late: 0, crowd: 1 } })
    gone.abort()
    await world.flush()
    assert.ok(waiting.every(({ isSettled }) => isSettled))
    assert.deepEqual(one.limits.usage, { waiting: 0, refusals: { late: 0, crowd: 1 } })
    assert.equal(await world.wait(one, 'jo', gone).within(0), undefined)
    place?.release()
    assert.ok(await world.take(one), 'nobody who has left has got the place')
  })

  it('asks the store once for many requests of a turn, and not at all where it has a place', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 40 })
    const one = world.instance()
    const taken: (Place | undefined)[] = await Promise.all(Array.from({ length: 19 }, () => world.take(one)))
    assert.ok(taken.every((place) => place !== undefined))
    assert.ok(one.asked <= 2, `${one.asked}`)
    const before = one.asked
    for (let count = 0; count < 100; count++) {
      taken.pop()?.release()
      taken.push((await world.take(one)) ?? assert.fail('no place'))
    }
    assert.equal(one.asked, before)
  })

  it('tells the store at once of places that others may need, and keeps none of them', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 2 })
    const [one, other] = [world.instance(), world.instance()]
    for (const { from, to } of [
      { from: one, to: other },
      { from: other, to: one },
    ]) {
      const places = [await world.take(from), await world.take(from)]
      for (const place of places) place?.release()
      await world.pass(1)
      const [first, second] = [await world.take(to), await world.take(to)]
      assert.ok(first && second)
      first.release()
      second.release()
      await world.pass(1)
    }
  })

  it('takes no place that it is giving back at that moment', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 3 })
    const [one, other, third] = [world.instance(), world.instance(), world.instance()]
    const places = [await world.take(one), await world.take(one), await world.take(one)]
    places[0]?.release()
    places[1]?.release()
    world.tick(1)
    const taken = await Promise.all([one.limits.take('jo'), world.take(other), world.take(third)])
    assert.equal(taken.filter((place) => place !== undefined).length, 2)
  })

  it('forgets people who read nothing, here and in the store, and stops its timer', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 10, bytesPerSecondPerPerson: 100_000 })
    const one = world.instance()
    for (let index = 0; index < 50; index++) (await world.take(one, `person ${index}`))?.release()
    await world.pass(3000)
    const asked = one.asked
    await world.pass(60_000)
    assert.equal(one.asked, asked)
    assert.equal(one.limits.runningOf('person 7'), 0)
    assert.deepEqual(await world.keysInStore(), [])
  })

  it('renews places for as long as their bodies run, and those of a killed process come free', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 2 })
    const [killed, other] = [world.instance(), world.instance()]
    await world.take(killed)
    await world.take(other)
    await world.pass(120_000)
    assert.equal(await world.take(other), undefined)
    killed.kill()
    assert.equal(await world.wait(other).within(2000), undefined)
    await world.pass(15_000)
    assert.ok(await world.take(other))
    assert.equal(await world.take(other), undefined)
  })

  it('gives its places back when it is closed', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const [one, other] = [world.instance(), world.instance()]
    const place = await world.take(one)
    await one.limits.close()
    place?.release()
    assert.ok(await world.take(other))
  })

  for (const [workers, local] of [
    [1, 5],
    [2, 2],
    [8, 1],
  ] as const)
    it(`keeps a limit of 5 by itself while the store is away: ${local} with ${workers} workers, with one line`, async (t) => {
      const world = createWorld(t, { streamsPerPerson: 5, workers })
      const one = world.instance()
      world.store.isAway = true
      const taken = [] as (Place | undefined)[]
      for (let count = 0; count < 7; count++) taken.push(await world.take(one))
      assert.equal(taken.filter((place) => place !== undefined).length, local)
      assert.deepEqual(one.lines, ['away'])
      const waiting = world.wait(one)
      taken[0]?.release()
      assert.ok(await waiting.within(0))
      await world.pass(10_000)
      assert.deepEqual(one.lines, ['away'])
      assert.ok(one.asked <= 12, 'the store is asked about once a second')
    })

  it('shares again once the store is back, and counts what began meanwhile', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 2 })
    const [one, other] = [world.instance(), world.instance()]
    await world.take(one)
    world.store.isAway = true
    await world.store.empty()
    const places = [await world.take(other), await world.take(other)]
    await world.take(one)
    assert.ok(places.every((place) => place !== undefined))
    assert.equal(await world.take(other), undefined)
    world.store.isAway = false
    await world.pass(2000)
    assert.deepEqual(other.lines, ['away', 'back'])
    places[0]?.release()
    await world.pass(10)
    assert.equal(await world.take(other), undefined, 'three of two places are taken')
    places[1]?.release()
    await world.pass(10)
    assert.equal(await world.take(other), undefined)
  })

  it('admits who waits once the question of somebody else shows that the store is away', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 2 })
    const [one, other] = [world.instance(), world.instance()]
    await world.take(one, 'kim')
    await world.take(one)
    await world.take(other)
    const waiting = world.wait(one)
    world.store.isAway = true
    await Promise.all([world.take(one, 'kim'), world.take(one, 'kim')])
    assert.equal(await world.take(one), undefined, 'nobody overtakes who waits')
    assert.ok(await waiting.within(250))
  })

  it('tells of everybody as soon as the store is back, whoever asked', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const [one, other] = [world.instance(), world.instance()]
    await world.take(one, 'kim')
    await world.take(one)
    world.store.isAway = true
    await world.store.empty()
    await world.take(one, 'another')
    await world.pass(3000)
    world.store.isAway = false
    await world.pass(1500)
    assert.equal(await world.take(other), undefined)
  })

  it('tells of bodies that begin while the store is found to be back', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 2 })
    const [one, other] = [world.instance(), world.instance()]
    world.store.isAway = true
    await world.take(one)
    world.store.isAway = false
    world.tick(1250)
    assert.ok(!(one.limits.take('jo') instanceof Promise), 'the store is still taken to be away')
    await world.flush()
    assert.deepEqual(one.lines, ['away', 'back'])
    assert.equal(await world.take(other), undefined)
  })

  it('has no stale places after the store was away for a moment', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const [one, other] = [world.instance(), world.instance()]
    const place = await world.take(one)
    world.store.isAway = true
    place?.release()
    await world.pass(2000)
    world.store.isAway = false
    await world.pass(2000)
    assert.ok(await world.take(other))
  })

  it('forgets people while the store is away for long', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 1 })
    const one = world.instance()
    ;(await world.take(one, 'first'))?.release()
    await world.pass(5000)
    world.store.isAway = true
    for (let index = 0; index < 50; index++) (await world.take(one, `person ${index}`))?.release()
    await world.pass(60_000)
    const asked = one.asked
    await world.pass(10_000)
    assert.equal(one.asked, asked, 'nobody is left to ask for')
  })

  it('takes another limit for bodies from now on, and counts those under way', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 3 })
    const one = world.instance()
    const places = [await world.take(one), await world.take(one)]
    one.configure({ streamsPerPerson: 1 })
    assert.equal(await world.take(one), undefined)
    places[0]?.release()
    assert.equal(await world.take(one), undefined)
    places[1]?.release()
    const place = await world.take(one)
    assert.ok(place)
    assert.equal(await world.take(one), undefined)
    one.configure({ streamsPerPerson: undefined })
    assert.ok(await world.take(one))
    place.release()
  })

  it('goes on in another store, which learns of the bodies under way', async (t) => {
    const world = createWorld(t, { streamsPerPerson: 2 })
    const [one, other] = [world.instance(), world.instance()]
    await world.take(one)
    world.changeStore()
    for (const { configure } of [one, other]) configure({ streamsPerPerson: 2 })
    await world.pass(500)
    assert.ok(await world.take(other))
    assert.equal(await world.take(other), undefined)
    assert.deepEqual(one.lines, [])
  })

  it('begins bodies at once where only their bytes are limited', async (t) => {
    const world = createWorld(t, { bytesPerSecondPerPerson: 100_000 })
    const one = world.instance()
    for (let count = 0; count < 100; count++) assert.ok(!(one.limits.take('jo') instanceof Promise))
    await world.flush()
    assert.equal(one.asked, 1)
  })

  for (const { workers, away, least, most } of [
    { workers: 1, away: false, least: 0.95, most: 1.25 },
    { workers: 2, away: true, least: 0.95, most: 1.25 },
  ])
    it(`divides the bytes of a person between two processes${away ? ' while the store is away' : ''}`, async (t) => {
      const world = createWorld(t, { bytesPerSecondPerPerson: 100_000, workers })
      world.store.isAway = away
      const [one, other] = [world.instance(), world.instance()]
      const readers = [await world.read(one), await world.read(other), await world.read(other)]
      await world.pass(20_000, 20)
      const sum = readers.reduce((all, reader) => all + reader.sizeBytes, 0)
      assert.ok(sum >= least * 2_000_000 && sum <= most * 2_000_000, `${sum}`)
      for (const reader of readers) reader.end()
      await world.pass(30_000)
      const alone = await world.read(one)
      await world.pass(20_000, 20)
      const share = away ? 1_000_000 : 2_000_000
      assert.ok(alone.sizeBytes >= 0.9 * share && alone.sizeBytes <= 1.1 * share, `${alone.sizeBytes}`)
      alone.end()
    })

  it('gives nobody more for asking one instance after the other for small objects', async (t) => {
    const world = createWorld(t, { bytesPerSecondPerPerson: 100_000 })
    const instances = [world.instance(), world.instance(), world.instance()]
    let sizeBytes = 0
    for (let ms = 0, turn = 0; ms < 20_000; turn++) {
      const reader = await world.read(instances[turn % 3] as Instance)
      for (; reader.sizeBytes < 30_000 && ms < 20_000; ms += 20) await world.pass(20, 20)
      sizeBytes += reader.sizeBytes
      reader.end()
    }
    assert.ok(sizeBytes <= 2_000_000 + 3 * 100_000 + 2 * 200_000, `${sizeBytes}`)
  })

  it('never has more bodies than the limit at once, and leaks no place, whatever happens', async (t) => {
    const random = createRandom()
    t.diagnostic(`seed ${random.seed}`)
    const world = createWorld(t, {})
    for (let round = 0; round < 15; round++) {
      const streamsPerPerson = 1 + random.below(6)
      world.settings = { streamsPerPerson, bytesPerSecondPerPerson: undefined, workers: 1 }
      const instances = Array.from({ length: 1 + random.below(3) }, () => world.instance())
      const open = new Map<Place, Instance>()
      const pending: Promise<unknown>[] = []
      const opens = async (instance: Instance) => {
        const gone = new Cancellation()
        if (random.chance(0.1)) pending.push(world.pass(random.below(3)).then(() => gone.abort()))
        const place =
          (await instance.limits.take('jo')) ??
          (random.chance(0.7) ? await instance.limits.wait('jo', gone) : undefined)
        if (place === undefined) return
        if (!instance.isAlive || gone.aborted) return place.release()
        open.set(place, instance)
        assert.ok(open.size <= streamsPerPerson, `${open.size} of ${streamsPerPerson}`)
      }
      for (let step = 0; step < 80; step++) {
        const what = random.next()
        if (what < 0.5) {
          const instance = random.pick(instances)
          pending.push(Promise.race([opens(instance), instance.death]))
        } else if (what < 0.8 && open.size > 0) {
          const place = random.pick([...open.keys()])
          open.delete(place)
          place.release()
        } else if (what < 0.82) {
          const index = random.below(instances.length)
          const killed = instances[index] as Instance
          killed.kill()
          for (const [place, instance] of open) if (instance === killed) open.delete(place)
          instances[index] = world.instance()
        } else await world.pass(random.pick([1, 10, 300, 3000, 20_000]))
        if (random.chance(0.5)) await world.flush()
      }
      await world.pass(3000)
      for (const place of open.keys()) place.release()
      open.clear()
      await world.pass(20_000)
      await Promise.all(pending)
      for (const place of open.keys()) place.release()
      await world.pass(20_000)
      for (const { limits } of instances)
        assert.deepEqual([limits.usage.waiting, limits.runningOf('jo')], [0, 0])
      assert.deepEqual(await world.keysInStore(), [], 'every place came back')
    }
  })
})

interface Instance {
  readonly limits: ProcessLimits
  readonly lines: string[]
  /** Number of questions to the store. */
  readonly asked: number
  readonly isAlive: boolean
  readonly death: Promise<void>
  configure(settings: Partial<LimitSettings>): void
  /** Ends it: nothing of it reaches the store any more. */
  kill(): void
}

/** Instances that share a store, and a clock that only `pass` moves. */
function createWorld(t: TestContext, first: Partial<LimitSettings>) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'setInterval', 'Date'] })
  const complete = (settings: Partial<LimitSettings>): LimitSettings => ({
    ...{ streamsPerPerson: undefined, bytesPerSecondPerPerson: undefined, workers: 1 },
    ...settings,
  })
  let inner = createMemoryStore(Date.now)
  let keys = new Set<string>()
  let created = 0
  const store = {
    isAway: false,
    async empty() {
      for (const key of keys) await inner.delete(key)
    },
  }

  /** Lets everything happen that waits for no time. */
  async function flush(): Promise<void> {
    for (let turns = 0; turns < 40; turns++) await Promise.resolve()
  }

  async function pass(ms: number, stepMs = 125): Promise<void> {
    await flush()
    for (let left = ms; left > 0; left -= stepMs) {
      t.mock.timers.tick(Math.min(stepMs, left))
      await flush()
    }
  }

  const world = {
    ...{ store, flush, pass },
    /** Moves the clock, and lets nothing happen that waits for the store. */
    tick: (ms: number) => t.mock.timers.tick(ms),
    settings: complete(first),
    instance(): Instance {
      const state = { isAlive: true, asked: 0, die() {} }
      const death = new Promise<void>((resolve) => {
        state.die = resolve
      })
      const lines: string[] = []
      const storeOf = (shared: Store) => ({
        async holdPlaces(...wish: Parameters<Store['holdPlaces']>) {
          if (!state.isAlive) return new Promise<never>(() => {})
          state.asked++
          if (store.isAway) throw new Error('away')
          keys.add(wish[0])
          const places = await shared.holdPlaces(...wish)
          await Promise.resolve()
          return places
        },
      })
      const limits = createLimits({
        ...{ settings: world.settings, deployment: 'd', store: storeOf(inner) },
        holder: `holder:${created++}`,
        now: Date.now,
        onAway: () => void lines.push('away'),
        onBack: () => void lines.push('back'),
      })
      return {
        ...{ limits, lines, death },
        get asked() {
          return state.asked
        },
        get isAlive() {
          return state.isAlive
        },
        configure: (settings) => limits.configure(complete(settings), 'd', storeOf(inner)),
        kill() {
          state.isAlive = false
          state.die()
        },
      }
    },
    async take({ limits }: Instance, person = 'jo') {
      const place = limits.take(person)
      await flush()
      return place
    },
    wait({ limits }: Instance, person = 'jo', gone = new Cancellation()) {
      const state = { isSettled: false, place: undefined as Place | undefined }
      const waiting = Promise.resolve(limits.wait(person, gone)).then((place) => {
        state.isSettled = true
        state.place = place
      })
      return {
        get isSettled() {
          return state.isSettled
        },
        async within(ms: number) {
          await pass(ms)
          assert.ok(state.isSettled, 'it is settled')
          await waiting
          return state.place
        },
      }
    },
    /** Reads a body without an end. */
    async read(instance: Instance) {
      const place = await world.take(instance)
      assert.ok(place)
      const gone = new Cancellation()
      const body = place.pace({ read: () => Buffer.alloc(16_384), cancel() {} }, gone)
      const reader = {
        sizeBytes: 0,
        end() {
          gone.abort()
          place.release()
        },
      }
      const readAll = async () => {
        while (!gone.aborted) reader.sizeBytes += (await body.read())?.byteLength ?? 0
      }
      readAll().catch(() => {})
      return reader
    },
    changeStore() {
      inner = createMemoryStore(Date.now)
      keys = new Set()
    },
    async keysInStore() {
      const exists = await inner.existing([...keys])
      return [...keys].filter((_, index) => exists[index])
    },
  }
  return world
}
