import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import { createSessionIndex } from '../../../src/session/session-index.ts'
import { createSessions } from '../../../src/session/sessions.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { createBodyWatch } from '../../../src/wiring/create-body-watch.ts'
import { eventually } from '../../helpers/eventually.ts'

const log = { debug() {}, info() {}, warn: assert.fail, error: assert.fail }
const idleSeconds = 0.8

describe('createBodyWatch', { timeout: 20_000 }, () => {
  for (const recheckSeconds of [0, 15, 0.1])
    it(`keeps a session that a film longer than the idle timeout is sent to, with a look each ${recheckSeconds} s`, async () => {
      const { store, sessions, create } = start()
      const watch = createBodyWatch(
        { session: { recheckSeconds, idleTimeoutSeconds: idleSeconds } },
        sessions,
        log,
      )
      assert.ok(watch)
      const [film, other] = [await create(), await create()]
      const body = { session: film, revoke: () => assert.fail('it is there') }
      watch.begin(body)
      // The end of the one shows that the idle timeout is over, and the other one goes on for as long again.
      for (let times = 0; times < 2; times++) {
        await eventually(
          () => store.existing([other.key]),
          ([isThere]) => isThere === false,
        )
        assert.deepEqual(await store.existing([film.key]), [true])
        await store.set(other.key, 'again', idleSeconds * 1000)
      }
      watch.end(body)
      await eventually(
        () => store.existing([film.key]),
        ([isThere]) => isThere === false,
      )
    })

  it('has nothing to do where sessions are not looked up, and end by no idleness', () => {
    const { sessions } = start()
    assert.equal(createBodyWatch({ session: { recheckSeconds: 0 } }, sessions, log), undefined)
  })
})

function start() {
  const store = createMemoryStore(() => performance.now())
  const sessions = createSessions({
    ...{ store, index: createSessionIndex(store, 'd'), cookie: { name: 's', sameSite: 'lax' } },
    ...{ maxAgeSeconds: 3600, idleTimeoutSeconds: idleSeconds, deployment: 'd' },
    ...{ now: () => Date.now(), elapsedMs: () => performance.now() },
  })
  return {
    ...{ store, sessions },
    async create() {
      const times = { createdAt: Date.now(), verifiedAt: Date.now() }
      const cookie = await sessions.create({ accessToken: 't', person: personWithId('jo'), ...times }, true)
      const open = await sessions.find(cookie.split(';')[0], true)
      assert.ok(open)
      return { name: open.name, key: `session:${open.name}` }
    },
  }
}
