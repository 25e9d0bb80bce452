import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TokenAnswer } from '../../../src/bearer/bearer-check.ts'
import { rememberVerdicts } from '../../../src/bearer/remember-verdicts.ts'
import { S3ProxyError } from '../../../src/errors.ts'
import { personWithId } from '../../../src/person/person.ts'

const jo = personWithId('jo')

function start(maxAgeMs = 60_000) {
  const clock = { now: 1_700_000_000_000, elapsed: 0 }
  const asked: string[] = []
  const answers: {
    next: (token: string) => TokenAnswer | Promise<TokenAnswer>
  } = { next: () => ({ kind: 'accepted', person: jo }) }
  const check = rememberVerdicts(
    async (token) => {
      asked.push(token)
      return answers.next(token)
    },
    { maxAgeMs, now: () => clock.now, elapsedMs: () => clock.elapsed },
  )
  return { check, clock, asked, answers }
}

describe('rememberVerdicts', () => {
  it('trusts an accepted token for a time, and answers without a promise meanwhile', async () => {
    const { check, clock, asked } = start()
    const verdict = await check('a')
    assert.deepEqual(verdict, { kind: 'accepted', person: jo, sharer: 'jo' })
    clock.elapsed = 59_999
    assert.equal(check('a'), verdict)
    clock.elapsed = 60_000
    await check('a')
    assert.deepEqual(asked, ['a', 'a'])
  })

  it('trusts no token longer than to its end, also where the clock that never jumps stands', async () => {
    const { check, clock, asked, answers } = start()
    answers.next = () => ({ kind: 'accepted', person: jo, expiresAt: clock.now + 1000 })
    await check('a')
    clock.now += 999
    assert.equal((check('a') as { kind: string }).kind, 'accepted')
    clock.now += 1
    answers.next = () => ({ kind: 'refused', reason: 'expired' })
    assert.deepEqual(await check('a'), { kind: 'refused', reason: 'expired' })
    assert.equal(asked.length, 2)
  })

  it('asks for each request where nothing is trusted, and once for those that come at once', async () => {
    const { check, asked } = start(0)
    await Promise.all([check('a'), check('a')])
    await check('a')
    assert.equal(asked.length, 2)
  })

  it('tells tokens apart, and people without a name', async () => {
    const { check, answers } = start()
    answers.next = () => ({ kind: 'accepted', person: personWithId(undefined) })
    const sharers = new Set<unknown>()
    for (const token of ['a', 'b']) sharers.add(((await check(token)) as { sharer: string }).sharer)
    assert.equal(sharers.size, 2)
    assert.ok(![...sharers].some((sharer) => sharer === 'bearer a' || sharer === undefined))
  })

  it('refuses a refused token for five seconds without a question', async () => {
    for (const answer of [{ kind: 'refused', reason: 'no' }, { kind: 'unscoped' }] as const) {
      const { check, clock, asked, answers } = start()
      answers.next = () => answer
      await check('a')
      clock.elapsed = 4999
      assert.deepEqual(check('a'), answer)
      clock.elapsed = 5000
      answers.next = () => ({ kind: 'accepted', person: jo })
      assert.equal((await check('a')).kind, 'accepted')
      assert.equal(asked.length, 2)
    }
  })

  it('remembers no more than a number of tokens, however many come', async () => {
    const { check, asked } = start()
    for (let index = 0; index < 6000; index++) await check(`t${index}`)
    await check('t0')
    assert.equal(asked.length, 6001)
    assert.equal((check('t5999') as { kind: string }).kind, 'accepted')
  })

  it('forgets no accepted token for refused ones', async () => {
    const { check, answers } = start()
    await check('good')
    answers.next = () => ({ kind: 'refused', reason: 'no' })
    for (let index = 0; index < 12_000; index++) await check(`t${index}`)
    assert.equal((check('good') as { kind: string }).kind, 'accepted')
  })

  it('is a 503 where the SSO cannot be asked, which is asked again by the next request', async () => {
    for (const code of ['SSO_UNAVAILABLE', 'SSO_BUSY', 'SSO_BAD_ANSWER', 'SSO_TIMEOUT'] as const) {
      const { check, answers } = start()
      answers.next = () => Promise.reject(new S3ProxyError(code, 'away', { retryAfterSeconds: 7 }))
      await assert.rejects(async () => check('a'), {
        ...{ code: 'BEARER_UNAVAILABLE', retryAfterSeconds: 7 },
        message: `a bearer token cannot be checked: ${code}, away`,
      })
      answers.next = () => ({ kind: 'accepted', person: jo })
      assert.equal((await check('a')).kind, 'accepted')
    }
  })

  it('leaves a fault of ours what it is', async () => {
    const { check, answers } = start()
    answers.next = () => Promise.reject(new TypeError('no function'))
    await assert.rejects(async () => check('a'), TypeError)
  })

  it('bounds the questions of strangers, and lets those through who were accepted before', async () => {
    const { check, clock, asked, answers } = start()
    await check('good')
    await check('gone')
    clock.elapsed = 60_000
    answers.next = () => ({ kind: 'refused', reason: 'gone' })
    await check('gone')
    clock.elapsed = 70_000
    let release: () => void = () => {}
    const held = new Promise<TokenAnswer>((resolve) => {
      release = () => resolve({ kind: 'refused', reason: 'no' })
    })
    answers.next = (token) => (token === 'good' ? { kind: 'accepted', person: jo } : held)
    const flood = Array.from({ length: 532 }, (_, index) => check(`t${index}`))
    const before = asked.length
    await assert.rejects(async () => check('one more'), { code: 'BEARER_UNAVAILABLE', retryAfterSeconds: 1 })
    await assert.rejects(async () => check('gone'), { code: 'BEARER_UNAVAILABLE' })
    assert.equal((await check('good')).kind, 'accepted')
    assert.equal(asked.length, before + 1)
    release()
    assert.equal((await Promise.all(flood)).length, 532)
    assert.equal((await check('gone')).kind, 'refused')
  })
})
