import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { type Claims, personWithId } from '../../../src/person/person.ts'
import type { Session } from '../../../src/session/session.ts'
import { createSessions, type OpenSession, type SessionsOptions } from '../../../src/session/sessions.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { seal, toSecret, unseal } from '../../../src/store/sealing.ts'
import type { Store } from '../../../src/store/store.ts'

const startedAt = 1_700_000_000_000

describe('createSessions', () => {
  it('finds what it created by the cookie, and asks no store without one', async (t) => {
    const { sessions, store, create } = start(t)
    const cookie = await create()
    assert.match(cookie, /^s=[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/)
    const open = await sessions.find(cookie.split(';')[0], false)
    assert.equal(open?.session.accessToken, 'the-token')
    store.get = async () => assert.fail('asked')
    for (const header of [undefined, '', 's=', 's=short', 'other=1', `t=${'a'.repeat(43)}`])
      assert.equal(await sessions.find(header, false), undefined)
  })

  it('keeps neither the token nor the cookie in the store', async (t) => {
    const { create, seen } = start(t)
    const secret = (await create()).split(/[=;]/)[1] ?? 'x'
    assert.equal(seen.length, 1)
    for (const text of ['the-token', 'name-of-somebody', secret])
      assert.ok(!JSON.stringify(seen).includes(text))
  })

  it('finds its own session beside a cookie of the same name that somebody else set', async (t) => {
    const { sessions, create } = start(t)
    const own = (await create()).split(';')[0]
    for (const other of ['s=garbage', `s=${'a'.repeat(43)}`, 's='])
      for (const header of [`${other}; ${own}`, `${own}; ${other}`])
        assert.equal((await sessions.find(header, false))?.session.person.id, 'name-of-somebody', header)
  })

  it('takes on https no cookie that is not bound to the host', async (t) => {
    const { sessions, create } = start(t)
    const own = (await create()).split(';')[0]
    assert.equal(await sessions.find(own, true), undefined)
    assert.equal((await sessions.find(`__Host-${own}`, true))?.session.person.id, 'name-of-somebody')
  })

  it('ends at its age, whatever happens in between', async (t) => {
    const { sessions, create, clock } = start(t)
    const header = (await create()).split(';')[0]
    clock.now += 3_599_000
    const open = await sessions.find(header, false)
    assert.ok(open)
    await sessions.update({ ...open, session: { ...open.session, verifiedAt: clock.now } })
    assert.ok(await sessions.find(header, false))
    clock.now += 1000
    assert.equal(await sessions.find(header, false), undefined)
  })

  it('ends at its age though the wall clock is set back, and lives no longer in the store', async (t) => {
    const { sessions, create, clock, store } = start(t)
    const header = (await create()).split(';')[0]
    const replaced: number[] = []
    const { replace } = store
    store.replace = (key, value, ttlMs) => {
      replaced.push(ttlMs)
      return replace(key, value, ttlMs)
    }
    clock.now -= 3_600_000
    for (const elapsedMs of [0, 1_800_000, 3_599_000]) {
      clock.elapsedMs = elapsedMs
      const open = await sessions.find(header, false)
      assert.ok(open, `${elapsedMs}`)
      await sessions.update({ ...open, session: { ...open.session, verifiedAt: clock.now } })
    }
    assert.deepEqual(replaced, [3_600_000, 1_800_000, 1000])
    clock.elapsedMs = 3_600_000
    assert.equal(await sessions.find(header, false), undefined)
  })

  it('gives a session that seems to begin in the future no more than its age', async (t) => {
    const { open, sessions, create, clock } = start(t)
    const header = (await create()).split(';')[0]
    clock.now -= 86_400_000
    // Another instance has not seen the session before.
    const other = open('this')
    assert.ok(await other.find(header, false))
    clock.elapsedMs = 3_600_000
    assert.equal(await other.find(header, false), undefined)
    assert.equal(await sessions.find(header, false), undefined)
  })

  it('is no session in another deployment', async (t) => {
    const { open, create } = start(t)
    const header = (await create()).split(';')[0]
    assert.equal(await open('another').find(header, false), undefined)
    assert.ok(await open('this').find(header, false))
  })

  it('does not bring back with an update what was deleted meanwhile', async (t) => {
    const { sessions, create } = start(t)
    const header = (await create()).split(';')[0]
    const open = await sessions.find(header, false)
    assert.ok(open)
    await sessions.delete(open)
    await sessions.update(open)
    assert.equal(await sessions.find(header, false), undefined)
  })

  it('opens no value that was put under another key, or altered', async (t) => {
    const { sessions, create, store, seen } = start(t)
    const [one, two] = [(await create()).split(';')[0], (await create()).split(';')[0]]
    const [first, second] = seen
    assert.ok(first && second)
    await store.set(first.key, second.value, 1000)
    assert.equal(await sessions.find(one, false), undefined)
    assert.ok(await sessions.find(two, false))
    await store.set(second.key, `${second.value.slice(0, -1)}!`, 1000)
    assert.equal(await sessions.find(two, false), undefined)
  })

  it('finds a session with many claims, and one that was written before there were versions', async (t) => {
    const { sessions, store, create, seen } = start(t, { text: 'x'.repeat(15_000) })
    const cookie = (await create()).split(';')[0]
    for (let times = 0; times < 2; times++)
      assert.equal((await sessions.find(cookie, false))?.session.person.claims?.text, 'x'.repeat(15_000))
    const secret = toSecret(cookie?.slice(2))
    const key = seen[0]?.key
    assert.ok(secret && key)
    const times = { createdAt: startedAt, verifiedAt: startedAt }
    const put = (record: unknown) =>
      store.set(key, seal(JSON.stringify(record), secret, 'session this'), 3_600_000)
    await put({ accessToken: 'the-token', who: 'jo', ...times })
    const open = await sessions.find(cookie, false)
    assert.equal(open?.session.person.id, 'jo')
    await sessions.update(open as OpenSession)
    const written = unseal((await store.get(key)) ?? '', secret, 'session this')
    assert.equal(JSON.parse(written ?? '').version, 1)
    for (const rubbish of [null, 5, [], { version: 2, accessToken: 'the-token', who: 'jo', ...times }]) {
      await put(rubbish)
      assert.equal(await sessions.find(cookie, false), undefined)
    }
  })

  it('puts a session into the index for its whole life, takes it out when it ends, and never for a request', async (t) => {
    const { sessions, create, clock, indexed } = start(t)
    clock.now += 600_000
    const header = (await create()).split(';')[0]
    const open = await sessions.find(header, false)
    assert.ok(open)
    assert.deepEqual(indexed, [`${open.name} of name-of-somebody for 3000000`])
    await sessions.find(header, false)
    await sessions.update(open)
    assert.equal(indexed.length, 1)
    await sessions.delete(open)
    assert.deepEqual(indexed.slice(1), [`no ${open.name} of name-of-somebody`])
  })

  it('puts a session into the index again where the SSO names its person or its login in another way', async (t) => {
    const { sessions, create, indexed } = start(t)
    let open = await sessions.find((await create()).split(';')[0], false)
    const swap = async (change: Partial<Session>) => {
      assert.ok(open)
      open = await sessions.swap(open, { ...open.session, ...change })
      return indexed.splice(0).length
    }
    indexed.splice(0)
    const login = { issuer: 'https://sso.example.com', subject: '1' }
    assert.equal(await swap({ accessToken: 'another' }), 0)
    assert.equal(await swap({ person: personWithId('somebody-else') }), 1)
    assert.equal(await swap({ login }), 1)
    assert.equal(await swap({ login: { ...login } }), 0)
    assert.equal(await swap({ login: { ...login, sid: 'x' } }), 1)
  })

  it('tells by their names which sessions are there', async (t) => {
    const { sessions, create } = start(t)
    const [one, two] = await Promise.all(
      [await create(), await create()].map((cookie) => sessions.find(cookie.split(';')[0], false)),
    )
    assert.ok(one && two)
    await sessions.delete(two)
    assert.deepEqual(await sessions.existing([one.name, two.name, 'nobody']), [true, false, false])
  })

  it('asks the store each time, and opens with no other cookie what it has opened before', async (t) => {
    const { sessions, create, store, seen } = start(t)
    const [one, two] = [(await create()).split(';')[0], (await create()).split(';')[0]]
    for (const header of [one, two, one, two]) assert.ok(await sessions.find(header, false))
    const [first, second] = seen
    assert.ok(first && second)
    await store.set(first.key, second.value, 1000)
    assert.equal(await sessions.find(one, false), undefined)
    await store.delete(second.key)
    assert.equal(await sessions.find(two, false), undefined)
  })
})

describe('createSessions, with an idle timeout', () => {
  const idle = { idleTimeoutSeconds: 100 }

  it('ends a session that nobody uses, and none that somebody uses', async (t) => {
    const { sessions, create, pass } = start(t, undefined, idle)
    const [used, unused] = [(await create()).split(';')[0], (await create()).split(';')[0]]
    for (let times = 0; times < 10; times++) {
      pass(60_000)
      assert.ok(await sessions.find(used, false), `${times}`)
    }
    assert.equal(await sessions.find(unused, false), undefined)
    pass(100_000)
    assert.equal(await sessions.find(used, false), undefined)
  })

  it('tells the store of use ten times in that time', async (t) => {
    const { sessions, create, pass, store } = start(t, undefined, idle)
    const cookie = (await create()).split(';')[0]
    const { touch } = store
    let touches = 0
    store.touch = (...words) => {
      touches++
      return touch(...words)
    }
    for (let times = 0; times < 1000; times++) {
      pass(100)
      assert.ok(await sessions.find(cookie, false))
    }
    assert.equal(touches, 10)
  })

  it('ends a session at its age, however much it is used', async (t) => {
    const { sessions, create, pass, clock } = start(t, undefined, idle)
    const cookie = (await create()).split(';')[0]
    while (clock.elapsedMs < 3_599_000) {
      assert.ok(await sessions.find(cookie, false))
      pass(50_000)
    }
    assert.equal(await sessions.find(cookie, false), undefined)
  })

  it('counts as use what is noted by the name of a session', async (t) => {
    const { sessions, create, pass } = start(t, undefined, idle)
    const cookie = (await create()).split(';')[0]
    const name = (await sessions.find(cookie, false))?.name ?? ''
    for (let times = 0; times < 10; times++) {
      pass(60_000)
      sessions.noteUse(name)
    }
    assert.ok(await sessions.find(cookie, false))
    sessions.noteUse('of nobody')
  })

  it('keeps its time through updates and swaps', async (t) => {
    const { sessions, create, pass } = start(t, undefined, idle)
    const cookie = (await create()).split(';')[0]
    const open = (await sessions.find(cookie, false)) as OpenSession
    await sessions.update(open)
    const current = (await sessions.again(open)) as OpenSession
    assert.ok(await sessions.swap(current, { ...current.session, accessToken: 'another' }))
    pass(100_000)
    assert.equal(await sessions.find(cookie, false), undefined)
  })

  it('goes on while the store takes no notes of use, and tells it again after a second', async (t) => {
    const { sessions, create, pass, store } = start(t, undefined, idle)
    const cookie = (await create()).split(';')[0]
    let touches = 0
    store.touch = () => {
      touches++
      return Promise.reject(new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'OOM'))
    }
    for (let times = 0; times < 30; times++) {
      assert.ok(await sessions.find(cookie, false))
      pass(100)
    }
    assert.equal(touches, 3)
  })

  it('tells the store nothing without one', async (t) => {
    const { sessions, create, store } = start(t)
    const cookie = (await create()).split(';')[0]
    store.touch = async () => assert.fail('told')
    sessions.noteUse((await sessions.find(cookie, false))?.name ?? '')
  })
})

function start(t: TestContext, claims?: Claims, more: Partial<SessionsOptions> = {}) {
  const clock = { now: startedAt, elapsedMs: 0 }
  const inner = createMemoryStore(() => clock.now)
  t.after(() => inner.close())
  const seen: { key: string; value: string }[] = []
  const store: Store = {
    ...inner,
    async set(key, value, ttlMs) {
      seen.push({ key, value })
      return inner.set(key, value, ttlMs)
    },
  }
  const indexed: string[] = []
  const index = {
    async add(name: string, { person }: Session, ttlMs: number) {
      indexed.push(`${name} of ${person.id} for ${ttlMs}`)
    },
    async remove(name: string, { person }: Session) {
      indexed.push(`no ${name} of ${person.id}`)
    },
  }
  const open = (deployment: string) =>
    createSessions({
      deployment,
      elapsedMs: () => clock.elapsedMs,
      store,
      index,
      cookie: { name: 's', sameSite: 'lax' },
      maxAgeSeconds: 3600,
      now: () => clock.now,
      ...more,
    })
  const sessions = open('this')
  const session = {
    accessToken: 'the-token',
    person: { ...personWithId('name-of-somebody'), claims },
    createdAt: startedAt,
    verifiedAt: startedAt,
  }
  /** Lets time pass on both clocks. */
  const pass = (ms: number) => {
    clock.now += ms
    clock.elapsedMs += ms
  }
  return { open, sessions, store, indexed, seen, clock, pass, create: () => sessions.create(session, false) }
}
