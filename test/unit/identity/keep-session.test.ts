import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { S3ProxyError } from '../../../src/errors.ts'
import { createSessionKeeper } from '../../../src/identity/keep-session.ts'
import { personWithId } from '../../../src/person/person.ts'
import type { Session } from '../../../src/session/session.ts'
import type { OpenSession } from '../../../src/session/sessions.ts'
import type { Identified } from '../../../src/sso/sso-calls.ts'
import { createLoginPorts, jo } from '../../helpers/stage/login-ports.ts'

describe('createSessionKeeper', () => {
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
      void check.kept.then(() => {
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
      assert.equal((await check.kept) !== undefined, answer.kind === 'known')
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
      await options.sessions.delete(open)
      return identify(token)
    }
    await check(open)
    assert.equal(await find(), undefined)
  })

  it('lets new claims count for the request that asked, with an interval of 0, and writes none of them', async () => {
    const { keep, sso, open, find } = await start(0)
    const grown = { ...personWithId('jo'), groups: ['new'] }
    sso.answer = { kind: 'known', person: grown }
    for (let times = 0; times < 2; times++) {
      const keeping = keep((await find()) ?? open)
      assert.deepEqual(keeping !== true && (await keeping.kept)?.session.person, grown)
    }
    assert.deepEqual((await find())?.session, open.session)
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

const renewAt = 1_700_000_240_000
const expiresAt = 1_700_000_300_000
const renewable = { refreshToken: 'r-1', expiresAt, renewAt }
const renewedTokens = {
  accessToken: 't-2',
  refreshToken: 'r-2',
  expiresAt: expiresAt + 600_000,
  renewAt: expiresAt + 480_000,
}
const away = new S3ProxyError('SSO_UNAVAILABLE', '503')

describe('createSessionKeeper, with a refresh token', () => {
  it('asks nothing until it is time, then renews beside the requests, which go on', async () => {
    const { check, clock, sso, open, find } = await start(3_600_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = renewAt - 1
    assert.equal(check(open), true)
    assert.deepEqual(sso.asked, [])
    clock.now = renewAt
    for (let times = 0; times < 50; times++) assert.equal(check(open), true)
    await until(async () => (await find())?.session.accessToken === 't-2')
    await until(() => sso.asked.length === 2)
    assert.deepEqual(sso.asked, ['refresh r-1', 'identify t-2'])
    assert.equal(check((await find()) as OpenSession), true)
    assert.equal(sso.asked.length, 2)
  })

  it('makes one call for 50 requests on two instances at the moment of the end', async () => {
    const { keep, other, clock, sso, find } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    const founds = await Promise.all(Array.from({ length: 50 }, () => find()))
    const kept = await Promise.all(
      founds.map(async (open, index) => {
        assert.ok(open)
        const keeping = index % 2 === 0 ? keep(open) : other(open)
        return keeping === true ? open : keeping.kept
      }),
    )
    for (const open of kept) assert.equal(open?.session.accessToken, 't-2')
    assert.equal(sso.asked.filter((asked) => asked.startsWith('refresh')).length, 1)
  })

  it('makes no further call for a request that found the session before it was renewed', async () => {
    const { keep, other, clock, sso, open } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    for (const keeper of [keep, keep, other]) {
      const keeping = keeper(open)
      assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-2')
    }
    assert.equal(sso.asked.filter((asked) => asked.startsWith('refresh')).length, 1)
  })

  it('leaves the tokens of an instance that was faster', async () => {
    const { keep, clock, sso, open, find, options } = await start(3_600_000, renewable)
    clock.now = expiresAt
    const faster = { ...renewedTokens, accessToken: 't-3', refreshToken: 'r-3' }
    sso.refresh = async () => {
      assert.ok(await options.sessions.swap(open, { ...open.session, ...faster }))
      return { kind: 'known', tokens: renewedTokens }
    }
    const keeping = keep(open)
    assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-3')
    assert.equal((await find())?.session.refreshToken, 'r-3')
  })

  it('lets new groups count at once, also those of a check', async () => {
    const { keep, clock, sso, open } = await start(60_000, renewable)
    const grown = { ...personWithId('jo'), groups: ['new'] }
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    sso.answer = { kind: 'known', person: grown }
    clock.now += 60_000
    const checked = keep(open)
    assert.deepEqual(checked !== true && (await checked.kept)?.session.person, grown)
    sso.answer = { kind: 'known', person: jo }
    clock.now = expiresAt
    const renewed = keep(open)
    assert.deepEqual(renewed !== true && (await renewed.kept)?.session.person, jo)
  })

  it('ends a session whose refresh token the SSO does not take', async () => {
    const { check, clock, sso, open, find } = await start(60_000, renewable)
    clock.now = expiresAt
    assert.deepEqual(await Promise.all([check(open), check(open)]), [false, false])
    assert.deepEqual(sso.asked, ['refresh r-1'])
    assert.equal(await find(), undefined)
  })

  it('signs nobody out for the loser of a race', async () => {
    const { keep, clock, sso, open, find, options } = await start(3_600_000, renewable)
    clock.now = expiresAt
    sso.refresh = async () => {
      assert.ok(await options.sessions.swap(open, { ...open.session, ...renewedTokens }))
      return { kind: 'rejected' }
    }
    const keeping = keep(open)
    assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-2')
    assert.equal((await find())?.session.refreshToken, 'r-2')
  })

  it('ends it all the same where only a check was noted in between', async () => {
    const { check, clock, sso, open, find, options } = await start(3_600_000, renewable)
    clock.now = expiresAt
    sso.refresh = async () => {
      assert.ok(await options.sessions.swap(open, { ...open.session, verifiedAt: clock.now }))
      return { kind: 'rejected' }
    }
    assert.equal(await check(open), false)
    assert.equal(await find(), undefined)
  })

  it('goes on to the end of its token while the SSO is away, and asks for it once a second', async () => {
    const { check, clock, sso, open, late } = await start(3_600_000, renewable)
    sso.refresh = async () => {
      sso.asked.push('refresh')
      throw away
    }
    clock.now = renewAt
    for (let second = 1; second <= 3; second++) {
      for (let times = 0; times < 50; times++) {
        assert.equal(check(open), true)
        await setImmediate()
      }
      assert.deepEqual([sso.asked.length, late.length], [second, second])
      clock.now += 1000
    }
    clock.now = expiresAt
    for (let times = 0; times < 50; times++)
      await assert.rejects(async () => check(open), { code: 'SSO_UNAVAILABLE' })
    assert.equal(sso.asked.length, 4)
    assert.equal(late.length, 3)
    clock.now += 1000
    sso.refresh = async () => ({ kind: 'known', tokens: renewedTokens })
    assert.equal(await check(open), true)
  })

  it('waits no longer for an instance that was killed than for its lease', async () => {
    const { check, clock, sso, open, options, store } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    await store.lease(`renewing:${open.name}`, 'killed', options.leases.leaseMs)
    options.pause = async (ms) => {
      clock.now += ms
    }
    assert.equal(await check(open), true)
    const waitedMs = clock.now - expiresAt
    assert.ok(waitedMs >= options.leases.leaseMs && waitedMs < options.leases.leaseMs + 1000, `${waitedMs}`)
    assert.equal(await store.lease(`renewing:${open.name}`, 'next', 1000), true)
  })

  it('gives up at some time while others have the lease in turns', async () => {
    const { check, clock, open, options } = await start(60_000, renewable)
    clock.now = expiresAt
    options.leases.take = async () => undefined
    options.pause = async (ms) => {
      clock.now += ms
    }
    await assert.rejects(async () => check(open), { code: 'SSO_TIMEOUT' })
    assert.ok(clock.now - expiresAt < options.leases.leaseMs + 5000)
  })

  it('renews a token that the SSO rejects before its end, and ends the session with the second rejection', async () => {
    for (const outcome of [true, false]) {
      const { check, clock, sso, open, find } = await start(60_000, renewable)
      sso.refreshed = { kind: 'known', tokens: renewedTokens }
      sso.identify = async (accessToken) => {
        sso.asked.push(`identify ${accessToken}`)
        return accessToken === 't-2' && outcome ? { kind: 'known', person: jo } : { kind: 'rejected' }
      }
      clock.now += 60_000
      assert.deepEqual(await Promise.all([check(open), check(open)]), [outcome, outcome])
      assert.deepEqual(sso.asked, ['identify t', 'refresh r-1', 'identify t-2'])
      assert.equal((await find()) !== undefined, outcome)
    }
  })

  it('goes on where the SSO rejects a new token because somebody has renewed it again meanwhile', async () => {
    const { keep, clock, sso, open, find, options } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    sso.identify = async () => {
      const current = await find()
      assert.ok(current)
      const again = { ...current.session, accessToken: 't-3', refreshToken: 'r-3' }
      assert.ok(await options.sessions.swap(current, again))
      return { kind: 'rejected' }
    }
    clock.now = expiresAt
    const keeping = keep(open)
    assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-3')
    assert.equal((await find())?.session.refreshToken, 'r-3')
  })

  it('does not write the note of a check over new tokens', async () => {
    const { keep, clock, sso, open, find, options } = await start(60_000, renewable)
    clock.now += 60_000
    sso.identify = async () => {
      assert.ok(await options.sessions.swap(open, { ...open.session, ...renewedTokens }))
      return { kind: 'known', person: jo }
    }
    const keeping = keep(open)
    assert.equal(keeping !== true && (await keeping.kept)?.session.refreshToken, 'r-2')
    assert.equal((await find())?.session.refreshToken, 'r-2')
  })

  it('does not bring back a session that was signed out while it was renewed', async () => {
    const { check, clock, sso, open, find, options } = await start(60_000, renewable)
    clock.now = expiresAt
    sso.refresh = async () => {
      await options.sessions.delete(open)
      return { kind: 'known', tokens: renewedTokens }
    }
    assert.equal(await check(open), false)
    assert.equal(await find(), undefined)
  })

  it('keeps new tokens that the store does not take, goes on with them, and writes them when it does', async () => {
    const { keep, clock, sso, open, find, options, store, unnoted } = await start(3_600_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    const { swap } = options.sessions
    options.sessions.swap = () => Promise.reject(new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'OOM'))
    const resumed: (() => void)[] = []
    options.pause = () => new Promise<void>((resolve) => resumed.push(resolve))
    for (let times = 0; times < 3; times++) {
      const keeping = keep((await find()) as OpenSession)
      assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-2')
    }
    assert.equal(sso.asked.filter((asked) => asked.startsWith('refresh')).length, 1)
    assert.ok(unnoted.length > 0)
    resumed.shift()?.()
    await until(() => resumed.length === 1)
    assert.equal(await store.lease(`renewing:${open.name}`, 'other', 1000), false)
    options.sessions.swap = swap
    resumed.shift()?.()
    await until(async () => (await find())?.session.refreshToken === 'r-2')
    await until(() => store.lease(`renewing:${open.name}`, 'other', 1000))
  })

  it('renews once more what others have renewed so long ago that it is over again', async () => {
    const { keep, clock, sso, open, find, options } = await start(60_000, renewable)
    clock.now = renewedTokens.expiresAt
    const tokens = { accessToken: 't-3', refreshToken: 'r-3', expiresAt: clock.now + 300_000 }
    sso.refreshed = { kind: 'known', tokens: { ...tokens, renewAt: clock.now + 240_000 } }
    sso.identify = async (token) => (token === 't-3' ? { kind: 'known', person: jo } : { kind: 'rejected' })
    assert.ok(await options.sessions.swap(open, { ...open.session, ...renewedTokens }))
    const keeping = keep(open)
    assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-3')
    assert.deepEqual(sso.asked, ['refresh r-2'])
    assert.equal((await find())?.session.refreshToken, 'r-3')
  })

  it('renews once more what ends while the SSO is asked about it', async () => {
    const { keep, clock, sso, open, find, options } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: { ...renewedTokens, accessToken: 't-3', refreshToken: 'r-3' } }
    clock.now = expiresAt
    const short = { ...renewedTokens, expiresAt: clock.now + 100, verifiedAt: 0 }
    assert.ok(await options.sessions.swap(open, { ...open.session, ...short }))
    sso.identify = async (token) => {
      if (token === 't-2') clock.now += 100
      return token === 't-3' ? { kind: 'known', person: jo } : { kind: 'rejected' }
    }
    const keeping = keep(open)
    assert.equal(keeping !== true && (await keeping.kept)?.session.accessToken, 't-3')
    assert.equal((await find())?.session.refreshToken, 'r-3')
  })

  it('asks again at once after the store was away, which is no fault of the SSO', async () => {
    const { check, clock, sso, open, options } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    const { take } = options.leases
    options.leases.take = () => Promise.reject(new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'reset'))
    await assert.rejects(async () => check(open), { code: 'SESSION_STORE_UNAVAILABLE' })
    options.leases.take = take
    assert.equal(await check(open), true)
  })

  it('ends nothing that it could not look at', async () => {
    const { check, clock, sso, open, find, options } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    sso.answer = { kind: 'rejected' }
    options.sessions.deleteUnchanged = () =>
      Promise.reject(new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'reset'))
    assert.equal(await check(open), false)
    assert.equal((await find())?.session.refreshToken, 'r-2')
  })

  it('uses the tokens that it keeps when the store is back later than the lease lasts', async () => {
    const { keep, clock, sso, open, find, options, store } = await start(60_000, renewable)
    sso.refreshed = { kind: 'known', tokens: renewedTokens }
    clock.now = expiresAt
    const { swap } = options.sessions
    options.sessions.swap = () => Promise.reject(new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'OOM'))
    options.pause = () => new Promise<void>(() => {})
    const first = keep(open)
    assert.equal(first !== true && (await first.kept)?.session.accessToken, 't-2')
    options.sessions.swap = swap
    clock.now = renewedTokens.expiresAt
    assert.equal(await store.lease(`renewing:${open.name}`, 'free again', 1), true)
    clock.now += 1
    sso.refreshed = {
      kind: 'known',
      tokens: {
        accessToken: 't-3',
        refreshToken: 'r-3',
        expiresAt: clock.now + 600_000,
        renewAt: clock.now + 480_000,
      },
    }
    const second = keep((await find()) as OpenSession)
    assert.equal(second !== true && (await second.kept)?.session.accessToken, 't-3')
    assert.deepEqual(
      sso.asked.filter((asked) => asked.startsWith('refresh')),
      ['refresh r-1', 'refresh r-2'],
    )
  })

  it('fails with the store where no instance can take its turn', async () => {
    const { check, clock, open, options, sso } = await start(60_000, renewable)
    clock.now = expiresAt
    options.leases.take = () => Promise.reject(new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'OOM'))
    await assert.rejects(async () => check(open), { code: 'SESSION_STORE_UNAVAILABLE' })
    assert.deepEqual(sso.asked, [])
  })

  it('hides no fault of ours while it renews', async () => {
    const { check, clock, open, sso } = await start(60_000, renewable)
    clock.now = expiresAt
    sso.refresh = () => Promise.reject(new TypeError('a bug'))
    await assert.rejects(async () => check(open), /a bug/)
  })

  it('counts each call to the SSO by its outcome', async () => {
    const { check, clock, open, sso, outcomes } = await start(60_000, renewable)
    clock.now = expiresAt
    sso.refresh = async () => Promise.reject(away)
    await assert.rejects(async () => check(open))
    clock.now += 1000
    sso.refresh = async () => ({ kind: 'known', tokens: renewedTokens })
    await check(open)
    assert.deepEqual(outcomes, ['failed', 'renewed'])
  })
})

describe('createSessionKeeper, without a refresh token', () => {
  it('ends a session with its token, and asks nobody', async () => {
    const { check, clock, sso, open, find, options } = await start(3_600_000, { expiresAt, renewAt })
    clock.now = expiresAt - 1
    assert.equal(check(open), true)
    clock.now = expiresAt
    let deleted = 0
    const end = options.sessions.delete
    options.sessions.delete = (secret) => {
      deleted++
      return end(secret)
    }
    assert.deepEqual(await Promise.all([check(open), check(open)]), [false, false])
    assert.equal(deleted, 1)
    assert.equal(await find(), undefined)
    assert.deepEqual(sso.asked, [])
  })
})

async function start(tokenCheckIntervalMs: number, more: Partial<Session> = {}) {
  const { options, clock, sso, store } = createLoginPorts()
  const create = async () => {
    const session = { accessToken: 't', person: jo, createdAt: clock.now, verifiedAt: clock.now, ...more }
    const cookie = (await options.sessions.create(session, true)).split(';')[0]
    const open = await options.sessions.find(cookie, true)
    assert.ok(open)
    return Object.assign(open, { cookie })
  }
  const open = await create()
  const [unnoted, late, outcomes]: [S3ProxyError[], S3ProxyError[], string[]] = [[], [], []]
  const find = () => options.sessions.find(open.cookie, true)
  const keeperOptions = Object.assign(options, {
    tokenCheckIntervalMs,
    onUnnoted: (error: S3ProxyError) => unnoted.push(error),
    onLateRenewal: (error: S3ProxyError) => late.push(error),
    onRenewal: (outcome: string) => outcomes.push(outcome),
  })
  const begin = createSessionKeeper(keeperOptions)
  return {
    ...{ options, store, clock, sso, open, create, find, unnoted, late, outcomes, begin, keep: begin },
    /** Keeps sessions as another instance. */
    other: createSessionKeeper(keeperOptions),
    check(one: OpenSession) {
      const check = begin(one)
      return check === true || check.kept.then((kept) => kept !== undefined)
    },
  }
}

/** Waits for what work that nobody waits for does. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (await condition()) return
    await setImmediate()
  }
  assert.fail('it did not come to pass')
}
