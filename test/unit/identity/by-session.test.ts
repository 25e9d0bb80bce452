import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionIdentity } from '../../../src/identity/by-session.ts'
import type { SessionKeeper } from '../../../src/identity/keep-session.ts'
import { personWithId } from '../../../src/person/person.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { createLoginPorts, jo, request, site } from '../../helpers/stage/login-ports.ts'

describe('createSessionIdentity', () => {
  it('knows the person of a session, who shares with all sessions of that person', async () => {
    const { ask, signIn } = start(() => true)
    const { answer, record } = await ask(await signIn(jo))
    assert.deepEqual(answer, { kind: 'person', person: jo, sharer: 'jo' })
    assert.deepEqual(record.person, jo)
    assert.ok(Number(record.sessionMs) >= 0)
    assert.equal(record.ssoMs, undefined)
  })

  it('notes the session by its name in the store, and who watches it while the body is sent', async () => {
    const { ask, signIn, sessions, bodyWatch } = start(() => true)
    const cookie = await signIn(jo)
    const { record } = await ask(cookie)
    assert.equal(record.session?.name, (await sessions.find(cookie, true))?.name)
    assert.equal(record.bodyWatch, bodyWatch)
    const nobody = await ask('')
    assert.deepEqual([nobody.record.session, nobody.record.bodyWatch], [undefined, undefined])
  })

  it('keeps sessions apart whose person has no name', async () => {
    const { ask, signIn } = start(() => true)
    const cookies = [await signIn(personWithId(undefined)), await signIn(personWithId(undefined))]
    for (const cookie of cookies)
      assert.deepEqual((await ask(cookie)).answer, {
        ...{ kind: 'person', person: personWithId(undefined) },
        sharer: cookie.slice('__Host-s='.length),
      })
  })

  it('knows nobody without a session', async () => {
    const { ask } = start(() => assert.fail('checked'))
    for (const cookie of ['', `__Host-s=${'a'.repeat(43)}`]) {
      const { answer, record } = await ask(cookie)
      assert.equal(answer.kind, 'nobody')
      assert.equal(record.person, undefined)
    }
  })

  it('waits for a check, and knows nobody where that says no', async () => {
    for (const isValid of [true, false]) {
      const { ask, signIn } = start((open) => ({
        answered: Promise.resolve(),
        kept: Promise.resolve(isValid ? open : undefined),
      }))
      const { answer, record } = await ask(await signIn(jo))
      assert.equal(answer.kind, isValid ? 'person' : 'nobody')
      assert.deepEqual(record.person, isValid ? jo : undefined)
      assert.ok(Number(record.ssoMs) >= 0)
    }
  })

  it('knows the person whom the SSO names now', async () => {
    const person = { ...jo, groups: ['new'] }
    const { ask, signIn } = start((open) => {
      const kept = Promise.resolve({ ...open, session: { ...open.session, person } })
      return { answered: kept, kept }
    })
    const { answer, record } = await ask(await signIn(jo))
    assert.deepEqual(answer, { kind: 'person', person, sharer: 'jo' })
    assert.deepEqual(record.person, person)
  })

  it('notes how long the store took also where it fails', async () => {
    const { ask, sessions } = start(() => true)
    sessions.find = () => Promise.reject(new Error('down'))
    const record = new RequestRecord()
    await assert.rejects(ask('', record), /down/)
    assert.ok(Number(record.sessionMs) >= 0)
  })
})

function start(keep: SessionKeeper) {
  const { options, clock } = createLoginPorts()
  const { sessions } = options
  const bodyWatch = { begin() {}, end() {} }
  const identity = createSessionIdentity(sessions, keep, bodyWatch)
  return {
    sessions,
    bodyWatch,
    async signIn(person: typeof jo) {
      const session = { accessToken: 't', person, createdAt: clock.now, verifiedAt: clock.now }
      return (await sessions.create(session, true)).split(';')[0] ?? ''
    },
    async ask(cookie: string, record = new RequestRecord()) {
      return { answer: await identity(request('/a', { cookie }), site, record), record }
    },
  }
}
