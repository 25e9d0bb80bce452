import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { S3ProxyError } from '../../../src/errors.ts'
import { createSessionCheck } from '../../../src/identity/check-session.ts'
import type { OpenSession } from '../../../src/session/sessions.ts'
import type { Identified } from '../../../src/sso/sso-calls.ts'
import { createLoginPorts, jo } from '../../helpers/stage/login-ports.ts'

describe('createSessionCheck', () => {
  it('trusts a token for the interval, and then asks and trusts again', async () => {
    const { check, clock, sso, open, find } = await start(60_000)
    clock.now += 59_999
    assert.equal(check(open), true)
    clock.now += 1
    assert.equal(await check(open), true)
    assert.equal(sso.asked.length, 1)
    assert.equal((await find())?.session.verifiedAt, clock.now)
    assert.equal(check((await find()) ?? open), true)
  })

  it('asks once for however many requests of one session, and for each session by itself', async () => {
    const { check, clock, sso, open, create } = await start(60_000)
    const other = await create()
    clock.now += 60_000
    const answers: ((identified: Identified) => void)[] = []
    sso.identify = (token) => {
      sso.asked.push(token)
      return new Promise((resolve) => answers.push(resolve))
    }
    const checks = [open, open, other, open, other].map((one) => check(one))
    assert.equal(answers.length, 2)
    for (const answer of answers) answer({ kind: 'known', person: jo })
    assert.deepEqual(await Promise.all(checks), [true, true, true, true, true])
    void check(open)
    assert.equal(answers.length, 3)
  })

  it('tells when the SSO has answered, before the store has taken note', async () => {
    const { begin, clock, sso, open, options } = await start(60_000)
    for (const [method, answer] of [
      ['update', { kind: 'known', person: jo }],
      ['delete', { kind: 'rejected' }],
    ] as const) {
      clock.now += 60_000
      sso.answer = answer
      let note = () => {}
      options.sessions[method] = () =>
        new Promise((resolve) => {
          note = resolve
        })
      const check = begin(open)
      assert.ok(check !== true)
      let isOver = false
      void check.isValid.then(() => {
        isOver = true
      })
      assert.deepEqual(await check.answered, {
        kind: answer.kind,
        ...(answer.kind === 'known' && { grant: { accessToken: 't', person: answer.person } }),
      })
      await setImmediate()
      assert.equal(isOver, false)
      assert.equal(begin(open), check)
      note()
      assert.equal(await check.isValid, answer.kind === 'known')
    }
  })

  it('deletes what the SSO rejects', async () => {
    const { check, clock, sso, open, find } = await start(60_000)
    clock.now += 60_000
    sso.answer = { kind: 'rejected' }
    assert.deepEqual(await Promise.all([check(open), check(open)]), [false, false])
    assert.equal(await find(), undefined)
  })

  describe('while the store takes no writes', () => {
    const unavailable = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'OOM')

    it('goes on, and trusts in this process for the interval', async () => {
      const { check, clock, sso, open, create, options, unnoted } = await start(60_000)
      const other = await create()
      clock.now += 60_000
      options.sessions.update = () => Promise.reject(unavailable)
      assert.equal(await check(open), true)
      assert.equal(unnoted.length, 1)
      clock.now += 59_999
      assert.equal(check(open), true)
      assert.equal(sso.asked.length, 1)
      assert.equal(await check(other), true)
      assert.equal(sso.asked.length, 2)
      clock.now += 1
      sso.answer = { kind: 'rejected' }
      assert.equal(await check(open), false)
    })

    it('lets nobody in whom the SSO rejects, though what is no session any more cannot be deleted', async () => {
      const { check, clock, sso, open, options } = await start(60_000)
      clock.now += 60_000
      sso.answer = { kind: 'rejected' }
      options.sessions.delete = () => Promise.reject(unavailable)
      assert.equal(await check(open), false)
      assert.equal(await check(open), false)
      assert.equal(sso.asked.length, 2)
    })

    it('hides no fault of ours', async () => {
      const { check, clock, open, options } = await start(60_000)
      clock.now += 60_000
      options.sessions.update = () => Promise.reject(new TypeError('a bug'))
      await assert.rejects(async () => check(open), /a bug/)
    })
  })

  it('fails with the SSO for everybody who waits, and asks anew after', async () => {
    const { check, clock, sso, open } = await start(60_000)
    clock.now += 60_000
    sso.fail = new S3ProxyError('SSO_TIMEOUT', 'slow')
    for (const outcome of await Promise.allSettled([check(open), check(open)]))
      assert.equal(outcome.status, 'rejected')
    sso.fail = undefined
    assert.equal(await check(open), true)
    assert.equal(sso.asked.length, 2)
  })

  it('does not bring back a session that was signed out while the SSO was asked', async () => {
    const { check, clock, sso, open, find, options } = await start(60_000)
    clock.now += 60_000
    const identify = sso.identify
    sso.identify = async (token) => {
      await options.sessions.delete(open.secret)
      return identify(token)
    }
    await check(open)
    assert.equal(await find(), undefined)
  })

  it('asks every time with an interval of 0, and about a token that is verified in the future', async () => {
    const { check, sso, open } = await start(0)
    await check(open)
    await check(open)
    assert.equal(sso.asked.length, 2)
    const later = await start(60_000)
    later.clock.now -= 1
    await later.check(later.open)
    assert.equal(later.sso.asked.length, 1)
  })
})

async function start(tokenCheckIntervalMs: number) {
  const { options, clock, sso } = createLoginPorts()
  const create = async () => {
    const session = { accessToken: 't', person: jo, createdAt: clock.now, verifiedAt: clock.now }
    const cookie = (await options.sessions.create(session, true)).split(';')[0]
    const open = await options.sessions.find(cookie, true)
    assert.ok(open)
    return Object.assign(open, { cookie })
  }
  const open = await create()
  const unnoted: S3ProxyError[] = []
  const find = () => options.sessions.find(open.cookie, true)
  const begin = createSessionCheck({
    ...options,
    tokenCheckIntervalMs,
    onUnnoted: (error) => unnoted.push(error),
  })
  return {
    options,
    clock,
    sso,
    open,
    create,
    find,
    unnoted,
    begin,
    check(one: OpenSession) {
      const check = begin(one)
      return check === true || check.isValid
    },
  }
}
