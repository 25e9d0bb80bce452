import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { personWithId } from '../../../src/person/person.ts'
import { createPacedCalls } from '../../../src/sso/paced-calls.ts'
import type { SsoCalls } from '../../../src/sso/sso-calls.ts'
import { createFakeSso, jo } from '../../helpers/stage/login-ports.ts'

const busy = (retryAfterSeconds?: number) => new S3ProxyError('SSO_BUSY', '429', { retryAfterSeconds })
const [al, eve, mallory] = ['al', 'eve', 'mallory'].map(personWithId)
const login = { code: 'c', codeVerifier: 'v', redirectUri: 'https://a.example/' }

describe('createPacedCalls', () => {
  it('asks a busy SSO once for a hundred requests, and heeds its retry-after', async () => {
    const { paced, sso, clock } = start()
    sso.fail = busy(7)
    for (let times = 0; times < 100; times++) {
      clock.ms += 10
      await assert.rejects(paced.identify('t', jo), { code: 'SSO_BUSY', retryAfterSeconds: 7 })
    }
    assert.equal(sso.asked.length, 1)
    clock.ms += 5900
    await assert.rejects(paced.identify('t', jo), { retryAfterSeconds: 1 })
    assert.equal(sso.asked.length, 1)
    sso.fail = undefined
    clock.ms += 200
    assert.deepEqual(await paced.identify('t', jo), { kind: 'known', person: jo })
    await paced.identify('t', jo)
    assert.equal(sso.asked.length, 3)
  })

  it('asks again after a second where nothing was said, and after a minute at the latest', async () => {
    for (const [fail, pauseMs] of [
      [busy(), 1000],
      [busy(3600), 60_000],
      [new S3ProxyError('SSO_TIMEOUT', 'late'), 1000],
      [new S3ProxyError('SSO_UNAVAILABLE', '500'), 1000],
      [new S3ProxyError('SSO_BAD_ANSWER', 'no JSON'), 1000],
    ] as const) {
      const { paced, sso, clock } = start()
      sso.fail = fail
      await assert.rejects(paced.identify('t'), { code: fail.code })
      clock.ms += pauseMs - 1
      await assert.rejects(paced.identify('t'), { code: fail.code })
      assert.equal(sso.asked.length, 1)
      clock.ms += 1
      await assert.rejects(paced.identify('t'), { code: fail.code })
      assert.equal(sso.asked.length, 2)
    }
  })

  it('remembers a busy SSO for all sessions of a person, and for everybody from the second person on', async () => {
    const { paced, sso } = start()
    sso.fail = busy(7)
    for (let session = 0; session < 50; session++)
      await assert.rejects(paced.identify(`jo-${session}`, jo), { code: 'SSO_BUSY' })
    assert.equal(sso.asked.length, 1)
    for (let person = 0; person < 50; person++)
      await assert.rejects(paced.identify(`t-${person}`, personWithId(`person-${person}`)), {
        code: 'SSO_BUSY',
      })
    await assert.rejects(paced.identify('somebody new'), { code: 'SSO_BUSY' })
    assert.equal(sso.asked.length, 2)
  })

  it('keeps nobody out because of somebody else', async () => {
    const { paced, sso } = start()
    const failAlways = new Map([
      ['eve-1', busy(60)],
      ['eve-2', busy(60)],
      ['odd', new S3ProxyError('SSO_BAD_ANSWER', 'no JSON')],
      ['odder', new S3ProxyError('SSO_BAD_ANSWER', 'no JSON')],
    ])
    const { identify } = sso
    sso.identify = async (token) => {
      sso.fail = failAlways.get(token)
      return identify(token)
    }
    for (let times = 0; times < 3; times++) {
      await assert.rejects(paced.identify('eve-1', eve))
      await assert.rejects(paced.identify('eve-2', eve))
      // These logins belong to one person, whose name is not known yet.
      await assert.rejects(paced.identify('eve-1'))
      await assert.rejects(paced.identify('odd', jo))
      await assert.rejects(paced.identify('odder', al))
      assert.equal((await paced.identify('good', jo)).kind, 'known')
    }
  })

  it('does not take two persons for everybody while it works for a third', async () => {
    const { paced, sso } = start()
    const { identify } = sso
    sso.identify = async (token) => {
      sso.fail = token === 'good' ? undefined : busy(60)
      return identify(token)
    }
    await assert.rejects(paced.identify('eve', eve))
    assert.equal((await paced.identify('good', jo)).kind, 'known')
    await assert.rejects(paced.identify('mallory', mallory))
    assert.equal((await paced.identify('good', jo)).kind, 'known')
  })

  it('leaves the token endpoint alone for as long as that asks for, and not after other failures', async () => {
    const { paced, sso, clock } = start()
    let asked = 0
    let failure: S3ProxyError = busy(7)
    sso.exchangeCode = async () => {
      asked++
      throw failure
    }
    for (let times = 0; times < 10; times++)
      await assert.rejects(paced.exchangeCode(login), { code: 'SSO_BUSY', retryAfterSeconds: 7 })
    assert.equal(asked, 1)
    assert.equal((await paced.identify('t')).kind, 'known')
    clock.ms += 7000
    failure = new S3ProxyError('SSO_INVALID_GRANT', 'spent')
    for (let times = 0; times < 3; times++) await assert.rejects(paced.exchangeCode(login))
    assert.equal(asked, 4)
  })

  it('remembers a bounded number of failures', async () => {
    const { paced, sso } = start()
    sso.fail = new S3ProxyError('SSO_BAD_ANSWER', 'no JSON')
    for (let token = 0; token < 3000; token++) await assert.rejects(paced.identify(`t-${token}`))
    await assert.rejects(paced.identify('t-0'))
    assert.equal(sso.asked.length, 3001)
    await assert.rejects(paced.identify('t-2999'))
    assert.equal(sso.asked.length, 3001)
  })

  it('has at most 32 codes at the SSO and 500 behind them, and none in the way of people who are signed in', async () => {
    const { paced, sso } = start()
    const answers: (() => void)[] = []
    sso.exchangeCode = () => new Promise((resolve) => answers.push(() => resolve({ accessToken: 't' })))
    const finished = Array.from({ length: 532 }, () => paced.exchangeCode(login))
    assert.equal(answers.length, 32)
    await assert.rejects(paced.exchangeCode(login), { code: 'SSO_BUSY', retryAfterSeconds: 1 })
    await paced.identify('t', jo)
    await paced.refresh('r')
    assert.deepEqual(sso.asked, ['identify t', 'refresh r'])
    for (let answered = 0; answered < 532; answered++) {
      answers[answered]?.()
      await finished[answered]
      assert.ok(answers.length - answered - 1 <= 32)
    }
    assert.equal(answers.length, 532)
  })

  it('asks nothing for the codes that wait once the SSO wants a pause', async () => {
    const { paced, sso } = start()
    let asked = 0
    sso.exchangeCode = () => {
      asked++
      return Promise.reject(busy(7))
    }
    const finished = await Promise.allSettled(Array.from({ length: 100 }, () => paced.exchangeCode(login)))
    assert.ok(finished.every(({ status }) => status === 'rejected'))
    assert.equal(asked, 32)
  })
})

function start() {
  const clock = { ms: 5 }
  const sso = createFakeSso()
  // Each call looks up the method of the fake SSO, because tests replace it later.
  const calls: SsoCalls = {
    exchangeCode: (given) => sso.exchangeCode(given),
    refresh: (given) => sso.refresh(given),
    identify: (...given) => sso.identify(...given),
  }
  const paced = createPacedCalls(calls, () => clock.ms)
  return { sso, paced, clock }
}
