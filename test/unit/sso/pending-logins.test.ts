import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPendingLogins } from '../../../src/sso/pending-logins.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { newSecret, seal } from '../../../src/store/sealing.ts'
import type { Store } from '../../../src/store/store.ts'

const login = {
  returnTo: '/where-it-leads?to',
  redirectUri: 'https://a.example/__redirect_from_sso',
  restarts: 1,
}

describe('createPendingLogins', () => {
  it('finds by its state what was begun, and gives the verifier once, to the browser that began', async () => {
    const { pending } = start()
    const [browser, other] = [newSecret(), newSecret()]
    const { state, codeVerifier } = await pending.begin(login, browser)
    const found = await pending.find(state)
    assert.ok(found)
    assert.deepEqual({ ...found, ...login }, found)
    assert.equal(pending.isOf(found, browser), true)
    assert.equal(pending.isOf(found, other), false)
    const claims = await Promise.all(Array.from({ length: 5 }, () => pending.claim(state, found, browser)))
    assert.deepEqual(claims, [codeVerifier, undefined, undefined, undefined, undefined])
    // A claimed login can still be found, so that a replay can be sent to its final path.
    assert.ok(await pending.find(state))
  })

  it('keeps the verifier from whoever has the state and the store, but not the cookie', async () => {
    const { pending } = start()
    const { state, codeVerifier } = await pending.begin(login, newSecret())
    const found = await pending.find(state)
    assert.ok(found)
    assert.ok(!JSON.stringify(found).includes(codeVerifier))
    assert.equal(await pending.claim(state, found, newSecret()), undefined)
  })

  it('stores neither state nor path nor cookie', async () => {
    const { pending, written } = start()
    const browser = newSecret()
    const { state, codeVerifier } = await pending.begin(login, browser)
    const all = written.flatMap(([key, value]) => [key, Buffer.from(value, 'base64url').toString('latin1')])
    for (const secret of [state, codeVerifier, browser, 'where-it-leads'])
      assert.ok(!all.join().includes(secret))
  })

  it('finds nothing that another deployment began, whose cookies it may be given', async () => {
    const { pending, store } = start()
    const browser = newSecret()
    const { state } = await pending.begin(login, browser)
    const other = createPendingLogins(store, 'another', () => 0)
    assert.equal(await other.find(state), undefined)
    const found = await pending.find(state)
    assert.ok(found)
    assert.equal(other.recall(state, browser), undefined)
    assert.equal(await other.claim(state, found, browser), undefined)
  })

  it('makes verifiers as PKCE wants them, and never two alike', async () => {
    const { pending } = start()
    const begun = await Promise.all(Array.from({ length: 50 }, () => pending.begin(login, newSecret())))
    for (const { codeVerifier } of begun) assert.match(codeVerifier, /^[A-Za-z0-9._~-]{43,128}$/)
    assert.equal(new Set(begun.flatMap(({ state, codeVerifier }) => [state, codeVerifier])).size, 100)
  })

  it('recalls the way back for the browser that began, when the store has forgotten it', async () => {
    const { pending, store, clock } = start()
    const [browser, other] = [newSecret(), newSecret()]
    const { state } = await pending.begin(login, browser)
    store.get = async () => null
    assert.equal(await pending.find(state), undefined)
    const wayBack = { returnTo: '/where-it-leads?to', restarts: 1 }
    for (const [ageMs, isOver] of [
      [0, false],
      [599_999, false],
      [600_000, true],
      [86_400_000, true],
      // With -1 the clock was set back.
      [-1, false],
    ] as const) {
      clock.now = 1_700_000_000_000 + ageMs
      assert.deepEqual(pending.recall(state, browser), { ...wayBack, isOver })
    }
    assert.equal(pending.recall(state, other), undefined)
    assert.ok(
      !Buffer.from(state.split('.')[1] ?? '', 'base64url')
        .toString('latin1')
        .includes('where'),
    )
    for (const forged of ['', '.', state.slice(0, 43), `${state}A`, `${state.slice(0, -1)}!`, `.${state}`])
      assert.equal(pending.recall(forged, browser), undefined)
  })

  it('carries byte for byte what fits into a URL, and nothing longer', async () => {
    const { pending } = start()
    const browser = newSecret()
    for (const [returnTo, isKept] of [
      ['/\u00e9?\u00ff', true],
      [`/${'a'.repeat(1023)}`, true],
      [`/${'a'.repeat(1024)}`, false],
    ] as const) {
      const { state } = await pending.begin({ ...login, returnTo }, browser)
      assert.equal(pending.recall(state, browser)?.returnTo, isKept ? returnTo : undefined)
      assert.equal((await pending.find(state))?.returnTo, returnTo)
      assert.ok(state.length < 1600)
    }
  })

  it('believes no way back that leads elsewhere, though somebody sealed it', () => {
    const { pending } = start()
    const browser = newSecret()
    const sealed = (planted: unknown) =>
      `${'A'.repeat(43)}.${seal(JSON.stringify(planted), browser, 'way-back this')}`
    for (const planted of [
      { returnTo: '.evil.example/', restarts: 0, begunAt: 0 },
      { returnTo: '@evil.example', restarts: 0, begunAt: 0 },
      { returnTo: '/a\r\nset-cookie: a=b', restarts: 0, begunAt: 0 },
      { returnTo: '/', restarts: -0.5, begunAt: 0 },
      { returnTo: 5, restarts: 0, begunAt: 0 },
      { returnTo: '/', restarts: 0 },
      { returnTo: '/', restarts: 0, begunAt: '0' },
      { returnTo: '/', restarts: 0, begunAt: null },
      {},
      null,
    ])
      assert.equal(pending.recall(sealed(planted), browser), undefined, JSON.stringify(planted))
    // The same value without a mistake is accepted.
    assert.ok(pending.recall(sealed({ returnTo: '/', restarts: 0, begunAt: 0 }), browser))
  })

  it('asks the store about nothing that cannot be a state', async () => {
    const { pending, store } = start()
    store.get = async () => assert.fail('asked')
    for (const text of ['', 'x', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}\u0000`])
      assert.equal(await pending.find(text), undefined)
  })
})

function start() {
  const clock = { now: 1_700_000_000_000 }
  const inner = createMemoryStore(() => 0)
  const written: [string, string][] = []
  const store: Store = {
    ...inner,
    async set(key, value, ttlMs) {
      written.push([key, value])
      return inner.set(key, value, ttlMs)
    },
  }
  return { store, written, clock, pending: createPendingLogins(store, 'this', () => clock.now) }
}
