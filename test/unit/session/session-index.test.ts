import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import type { OidcLogin, Session } from '../../../src/session/session.ts'
import { createSessionIndex, sessionKey } from '../../../src/session/session-index.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { Store } from '../../../src/store/store.ts'

const issuer = 'https://sso.example.com'

describe('createSessionIndex', () => {
  it('ends all sessions of a person, and says how many there were', async (t) => {
    const { index, signIn, isThere } = start(t)
    for (const name of ['one', 'two']) await signIn(name, 'jo')
    await signIn('other', 'sam')
    await signIn('of nobody', undefined)
    assert.equal(await index.countOfPerson('jo'), 2)
    assert.equal(await index.endByPerson('jo'), 2)
    assert.deepEqual(await isThere('one', 'two', 'other', 'of nobody'), [false, false, true, true])
    assert.deepEqual([await index.countOfPerson('jo'), await index.endByPerson('jo')], [0, 0])
    for (const nobody of ['', 'unnamed', 'undefined', 'so']) assert.equal(await index.endByPerson(nobody), 0)
  })

  it('ends by a sid that session, and those of the subject that have none', async (t) => {
    const { index, signIn, isThere } = start(t)
    await signIn('a', 'jo', { issuer, subject: '1', sid: 'x' })
    await signIn('b', 'jo', { issuer, subject: '1', sid: 'y' })
    await signIn('c', 'jo', { issuer, subject: '1' })
    await signIn('d', 'sam', { issuer, subject: '2' })
    await signIn('e', 'jo', { issuer: 'https://other.example.com', subject: '1', sid: 'x' })
    assert.equal(await index.endByLogin({ issuer, subject: '1', sid: 'x' }), 2)
    assert.deepEqual(await isThere('a', 'b', 'c', 'd', 'e'), [false, true, false, true, true])
    assert.equal(await index.endByLogin({ issuer, sid: 'y' }), 1)
    assert.deepEqual(await isThere('b', 'd', 'e'), [false, true, true])
  })

  it('ends by a subject alone all of its sessions, and nothing by an issuer alone', async (t) => {
    const { index, signIn, isThere } = start(t)
    await signIn('a', 'jo', { issuer, subject: '1', sid: 'x' })
    await signIn('b', 'jo', { issuer, subject: '1' })
    await signIn('c', 'sam', { issuer, subject: '2', sid: '1' })
    assert.equal(await index.endByLogin({ issuer }), 0)
    assert.equal(await index.endByLogin({ issuer, subject: '1' }), 2)
    assert.deepEqual(await isThere('a', 'b', 'c'), [false, false, true])
  })

  it('counts and ends only what is still there', async (t) => {
    const { index, store, signIn } = start(t)
    for (const name of ['one', 'two', 'three']) await signIn(name, 'jo')
    await store.delete(sessionKey('two'))
    assert.equal(await index.countOfPerson('jo'), 2)
    assert.equal(await index.endByPerson('jo'), 2)
  })

  it('finds a session later that was being made while others of its person ended', async (t) => {
    const { index, store, signIn } = start(t)
    const session = await signIn('one', 'jo')
    await index.add('two', session, 10_000)
    assert.equal(await index.endByPerson('jo'), 1)
    await store.set(sessionKey('two'), 'sealed', 10_000)
    assert.equal(await index.endByPerson('jo'), 1)
    assert.deepEqual(await store.existing([sessionKey('two')]), [false])
  })

  it('finds no session of another deployment', async (t) => {
    const { store, signIn } = start(t)
    await signIn('one', 'jo')
    assert.equal(await createSessionIndex(store, 'another').endByPerson('jo'), 0)
  })

  it('keeps names apart that are parts of others', async (t) => {
    const { index, signIn } = start(t)
    await signIn('a', undefined, { issuer: 'i', subject: 'ab', sid: 'c' })
    for (const login of [
      { issuer: 'ia', subject: 'b' },
      { issuer: 'i', subject: 'a', sid: 'bc' },
      { issuer: 'i', sid: 'ab' },
      { issuer: 'i', subject: 'c' },
    ])
      assert.equal(await index.endByLogin(login), 0)
    assert.equal(await index.endByPerson('ab'), 0)
  })

  it('grows with no person who signs in again and again', async (t) => {
    const { clock, store, signIn, keys, index } = start(t)
    const login = { issuer, subject: '1', sid: 'x' }
    for (let count = 0; count < 10_000; count++) {
      clock.now += 1000
      await signIn(`session ${count}`, 'jo', login)
    }
    assert.equal(keys.size, 3)
    for (const key of keys) {
      const members = await store.members(key)
      assert.ok(members.length <= 10, `${members.length}`)
    }
    assert.equal(await index.countOfPerson('jo'), 10)
    clock.now += 10_000
    for (const key of keys) assert.deepEqual(await store.members(key), [])
  })

  it('leaves nothing of a session that ended, and nothing of anybody in its keys', async (t) => {
    const { index, store, signIn, keys } = start(t)
    const login = { issuer, subject: 'subject-canary', sid: 'sid-canary' }
    const session = await signIn('one', 'jo@canary.example.com', login)
    assert.equal(keys.size, 3)
    for (const key of keys) assert.match(key, /^sessions-of:[\w-]{43}$/)
    await index.remove('one', session)
    assert.deepEqual(await store.existing([...keys]), [false, false, false])
    await signIn('two', 'jo@canary.example.com', login)
    await index.endByPerson('jo@canary.example.com')
    assert.equal(await index.endByLogin({ ...login }), 0)
  })

  it('ends thousands of sessions, with a bound on what is asked at once', async (t) => {
    const { index, signIn, most } = start(t)
    for (let count = 0; count < 2100; count++) await signIn(`session ${count}`, 'jo')
    assert.equal(await index.countOfPerson('jo'), 2100)
    most.atOnce = 0
    assert.equal(await index.endByPerson('jo'), 2100)
    assert.ok(most.atOnce <= 500, `${most.atOnce}`)
    assert.equal(await index.countOfPerson('jo'), 0)
  })

  it('fails with the store', async (t) => {
    const { index, store } = start(t)
    const away = new Error('away')
    store.members = () => Promise.reject(away)
    await assert.rejects(index.endByPerson('jo'), away)
    await assert.rejects(index.countOfPerson('jo'), away)
  })
})

/** An index over a store whose sessions live for ten seconds, and that notes the keys of its sets. */
function start(t: TestContext) {
  const clock = { now: 1_700_000_000_000 }
  const inner = createMemoryStore(() => clock.now)
  t.after(() => inner.close())
  const keys = new Set<string>()
  const most = { atOnce: 0 }
  let deleting = 0
  const store: Store = {
    ...inner,
    async add(key, member, ttlMs) {
      keys.add(key)
      await inner.add(key, member, ttlMs)
    },
    async delete(key) {
      most.atOnce = Math.max(most.atOnce, ++deleting)
      await new Promise(setImmediate)
      deleting--
      await inner.delete(key)
    },
  }
  const index = createSessionIndex(store, 'this')
  return {
    ...{ clock, store, keys, index, most },
    async signIn(name: string, id: string | undefined, login?: OidcLogin): Promise<Session> {
      const session = { accessToken: 't', person: personWithId(id), createdAt: 0, verifiedAt: 0, login }
      await store.set(sessionKey(name), 'sealed', 10_000)
      await index.add(name, session, 10_000)
      return session
    },
    isThere: (...names: string[]) => store.existing(names.map(sessionKey)),
  }
}
