import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import type { OpenSession } from '../../../src/session/sessions.ts'
import { beginLogin } from '../../../src/sso/begin-login.ts'
import { finishLogin } from '../../../src/sso/finish-login.ts'
import type { Identified } from '../../../src/sso/sso-calls.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import {
  cookiesOf,
  createLoginPorts,
  jo,
  locationIn,
  request,
  site,
} from '../../helpers/stage/login-ports.ts'

const returnTo = '/a%20b?c=d?'

describe('finishLogin', () => {
  it('gives a session to the browser that began, at the redirect_uri that was used', async () => {
    const { sso, options, finish, begin } = start()
    const login = await begin()
    const { reply, person } = await finish(`?code=x&state=${login.state}`, login.cookie)
    assert.equal(locationIn(reply), site.origin + returnTo)
    assert.equal(person, jo)
    assert.deepEqual(sso.asked, [
      'exchange x https://assets.example.com/__redirect_from_sso',
      'identify token-for-x',
    ])
    const open = await options.sessions.find(cookiesOf(reply), true)
    assert.equal(open?.session.accessToken, 'token-for-x')
  })

  it('finishes until ten minutes have passed, and then begins again for the same page', async () => {
    const { clock, sso, finish, begin } = start()
    const [one, two] = [await begin(), await begin()]
    clock.now += 599_000
    assert.equal(
      locationIn((await finish(`?code=x&state=${one.state}`, one.cookie)).reply),
      site.origin + returnTo,
    )
    clock.now += 86_400_000
    const late = await finish(`?code=x&state=${two.state}`, two.cookie)
    assert.equal(late.step, 'restarted')
    assert.equal(sso.asked.length, 2)
    const again = await finish(`?code=y&state=${stateIn(locationIn(late.reply))}`, two.cookie)
    assert.equal(locationIn(again.reply), site.origin + returnTo)
    assert.equal(again.step, 'finished')
  })

  it('begins a login that is forgotten again twice at most, and not where there is a session', async () => {
    const { clock, finish, begin } = start()
    let { state, cookie } = await begin()
    for (let restart = 0; restart < 2; restart++) {
      clock.now += 600_000
      const { reply, step } = await finish(`?code=x&state=${state}`, cookie)
      assert.equal(step, 'restarted')
      state = stateIn(locationIn(reply))
    }
    clock.now += 600_000
    const { reply } = await finish(`?code=x&state=${state}`, cookie)
    assert.equal(reply.code, 'LOGIN_EXPIRED')
    assert.ok(String(reply.body).includes(`href="${site.origin}/a%20b?c=d?"`))
    const other = await begin(cookie)
    const finished = await finish(`?code=x&state=${other.state}`, cookie)
    const repeated = await finish(`?code=x&state=${state}`, `${cookie}; ${cookiesOf(finished.reply)}`)
    assert.equal(repeated.step, 'repeated')
    assert.equal(locationIn(repeated.reply), site.origin + returnTo)
  })

  it('leaves a login that the store loses before its time to the person, with a link to its page', async () => {
    const { clock, store, sso, options, finish, begin } = start()
    const login = await begin()
    store.get = async () => null
    clock.now += 599_999
    const query = `?code=x&state=${login.state}`
    const { reply, step } = await finish(query, login.cookie)
    assert.deepEqual([reply.status, reply.code, step], [403, 'LOGIN_EXPIRED', 'expired'])
    assert.equal(locationIn(reply), '')
    assert.ok(String(reply.body).includes('Please try the original link again.'))
    assert.ok(String(reply.body).includes(`href="${site.origin}/a%20b?c=d?"`))
    // Another tab has finished meanwhile.
    options.sessions.find = async () => ({}) as OpenSession
    const repeated = await finish(query, login.cookie)
    assert.deepEqual([repeated.step, locationIn(repeated.reply)], ['repeated', site.origin + returnTo])
    assert.deepEqual(sso.asked, [])
  })

  it('says what to do where nothing is known, with a link to the root', async () => {
    const { clock, finish, begin } = start()
    const login = await begin()
    clock.now += 600_000
    const other = await begin()
    for (const [query, cookie, code, status] of [
      [`?code=x&state=${login.state}`, undefined, 'LOGIN_EXPIRED', 403],
      [`?code=x&state=${login.state}`, other.cookie, 'LOGIN_EXPIRED', 403],
      ['?code=x&state=made-up', login.cookie, 'LOGIN_EXPIRED', 403],
      [`?error=server_error&state=${login.state}`, undefined, 'LOGIN_EXPIRED', 403],
      ['?error=invalid_scope&state=made-up', login.cookie, 'LOGIN_EXPIRED', 403],
      ['?error=invalid_scope', login.cookie, 'CALLBACK_INCOMPLETE', 400],
      ['?code=x', login.cookie, 'CALLBACK_INCOMPLETE', 400],
      ['?error=access_denied', undefined, 'LOGIN_DENIED', 403],
    ] as const) {
      const { reply, failure } = await finish(query, cookie)
      assert.equal(reply.code, code, query)
      assert.equal(reply.status, status)
      assert.equal(failure, undefined)
      assert.ok(String(reply.body).includes(`href="${site.origin}/"`), query)
      if (code !== 'LOGIN_EXPIRED') continue
      const contract = 'Sign in may have taken too long. Please try the original link again.'
      assert.ok(String(reply.body).includes(contract))
    }
  })

  it('leads to the origin where the login began, whatever host and scheme the callback has', async () => {
    const { sso, options, finish, begin } = start()
    for (const at of [
      { origin: 'https://other.example.com', isSecure: true },
      { origin: 'http://assets.example.com', isSecure: false },
    ]) {
      const login = await begin()
      const finished = await finish(`?code=x&state=${login.state}`, login.cookie, at)
      assert.equal(locationIn(finished.reply), site.origin + returnTo)
      assert.match(cookiesOf(finished.reply), /^__Host-s=/)
      const repeated = await finish(`?code=x&state=${login.state}`, login.cookie, at)
      assert.equal(locationIn(repeated.reply), site.origin + returnTo)
      const restarted = await finish(`?code=x&state=${(await begin()).state}`, undefined, at)
      const again = await options.pending.find(stateIn(locationIn(restarted.reply)))
      assert.equal(again?.redirectUri, `${site.origin}/__redirect_from_sso`)
      const refused = await begin()
      const query = `?error=access_denied&state=${refused.state}`
      for (const [cookie, origin] of [
        [refused.cookie, site.origin],
        // An attacker may have begun the login, at a host of their choice.
        [undefined, at.origin],
      ] as const) {
        const denied = await finish(query, cookie, at)
        assert.ok(String(denied.reply.body).includes(`href="${origin}/a%20b?c=d?"`))
      }
    }
    assert.ok(sso.asked.every((asked) => !asked.includes('other.example.com')))
  })

  it('tells the operator the error code of the SSO, and no text', async () => {
    const { finish, begin } = start()
    for (const [error, said] of [
      ['invalid_scope', 'with the error invalid_scope '],
      ['server_error', 'with the error server_error '],
      ['%3Cb%3Ecanary', 'with an error that is no code of OAuth'],
      [`${'a'.repeat(41)}`, 'with an error that is no code of OAuth'],
    ] as const) {
      const { state } = await begin()
      const { reply, failure } = await finish(`?error=${error}&state=${state}`)
      assert.equal(reply.code, 'SSO_ERROR')
      assert.equal(failure?.code, 'SSO_ERROR')
      assert.ok(failure?.message.includes(said), failure?.message)
      assert.ok(!failure?.message.includes('canary'))
    }
  })

  it('waits for the cookies of other tabs once, and only where there is a cookie', async () => {
    const { finish, begin, waitedTimes } = start()
    const [mine, other] = [await begin(), await begin()]
    assert.notEqual(mine.cookie, other.cookie)
    const restarted = await finish(`?code=x&state=${mine.state}`, other.cookie)
    assert.equal(waitedTimes(), 1)
    // The cookie that the browser has stays as it is.
    assert.equal(cookiesOf(restarted.reply), '')
    await finish(`?code=x&state=${stateIn(locationIn(restarted.reply))}`, mine.cookie)
    assert.equal(waitedTimes(), 1)
    await finish(`?code=x&state=${mine.state}`)
    assert.equal(waitedTimes(), 1)
  })

  it('counts restarts itself, and ends where another tab has finished', async () => {
    const { sso, options, finish, begin } = start()
    let { state } = await begin()
    for (let restart = 0; restart < 2; restart++) {
      const { reply } = await finish(`?code=x&state=${state}`)
      assert.equal(reply.status, 302)
      state = stateIn(locationIn(reply))
    }
    assert.equal((await finish(`?code=x&state=${state}`)).reply.code, 'LOGIN_EXPIRED')
    const now = options.now()
    const session = { accessToken: 't', person: jo, createdAt: now, verifiedAt: now }
    const cookie = (await options.sessions.create(session, true)).split(';')[0]
    const { reply } = await finish(`?code=x&state=${state}`, cookie)
    assert.equal(locationIn(reply), site.origin + returnTo)
    assert.deepEqual(sso.asked, [])
  })

  it('leads back to the page twice for a token that the SSO does not know, and makes no session of it', async () => {
    const { sso, finish, begin } = start()
    sso.answer = { kind: 'rejected' }
    const { cookie } = await begin()
    // The link of the page starts again, with all attempts.
    for (let round = 0; round < 2; round++) {
      for (let refusal = 0; refusal < 2; refusal++) {
        const elsewhere = { origin: 'http://other.example.com', isSecure: false }
        const { reply, step } = await finish(
          `?code=x&state=${(await begin(cookie)).state}`,
          cookie,
          elsewhere,
        )
        assert.equal(step, 'restarted')
        assert.deepEqual([reply.status, locationIn(reply), reply.body], [302, site.origin + returnTo, ''])
        assert.equal(cookiesOf(reply), '')
      }
      const { reply, failure } = await finish(`?code=x&state=${(await begin(cookie)).state}`, cookie)
      assert.equal(reply.code, 'SSO_FORBADE_CODE')
      assert.equal(failure?.code, 'SSO_FORBADE_CODE')
      assert.equal(cookiesOf(reply), '')
      assert.ok(String(reply.body).includes(`href="${site.origin}/a%20b?c=d?"`))
    }
  })

  it('forgets refused tokens with a login that ends, and after ten minutes', async () => {
    const { sso, clock, finish, begin } = start()
    const { cookie } = await begin()
    const attempt = async (answer: Identified) => {
      sso.answer = answer
      return (await finish(`?code=x&state=${(await begin(cookie)).state}`, cookie)).step
    }
    const [refused, known] = [{ kind: 'rejected' }, { kind: 'known', person: jo }] as const
    for (const answer of [refused, refused, known, refused, refused])
      assert.equal(await attempt(answer), answer === known ? 'finished' : 'restarted')
    clock.now += 600_000
    assert.equal(await attempt(refused), 'restarted')
    assert.equal(await attempt(refused), 'restarted')
    assert.equal(await attempt(refused), 'failed')
  })

  it('leads nobody on where the store takes no count of refused tokens, or keeps it', async () => {
    const unavailable = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'READONLY')
    for (const [kind, method] of [
      ['rejected', 'increment'],
      ['known', 'delete'],
    ] as const) {
      const { sso, store, finish, begin } = start()
      sso.answer = kind === 'known' ? { kind, person: jo } : { kind }
      const login = await begin()
      Object.assign(store, { [method]: () => Promise.reject(unavailable) })
      const { reply, failure } = await finish(`?code=x&state=${login.state}`, login.cookie)
      assert.deepEqual([reply.status, reply.code], [503, 'SESSION_STORE_UNAVAILABLE'])
      assert.deepEqual([locationIn(reply), cookiesOf(reply), failure], ['', '', unavailable])
    }
  })

  it('offers a new start where that may help, and tells the operator', async () => {
    const { sso, finish, begin } = start()
    sso.fail = new S3ProxyError('SSO_TIMEOUT', 'too slow')
    const login = await begin()
    const { reply, failure } = await finish(`?code=x&state=${login.state}`, login.cookie)
    assert.equal(reply.code, 'SSO_TIMEOUT')
    assert.equal(failure, sso.fail)
    assert.ok(String(reply.body).includes(`href="${site.origin}/a%20b?c=d?"`))
  })
})

function start() {
  const ports = createLoginPorts()
  return {
    ...ports,
    async begin(cookie?: string) {
      const headers = cookie === undefined ? {} : { cookie }
      const reply = await beginLogin(ports.options, request(returnTo, headers), site, returnTo, 0)
      return { state: stateIn(locationIn(reply)), cookie: cookiesOf(reply) }
    },
    /** Finishes a login. @returns the reply with the code in the record */
    async finish(query: string, cookie?: string, at = site) {
      const headers = { accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) }
      const record = new RequestRecord()
      const finished = await finishLogin(
        ports.options,
        request(`/__redirect_from_sso${query}`, headers),
        record,
        at,
      )
      return { ...finished, reply: { ...finished.reply, code: record.code } }
    },
  }
}

function stateIn(url: string): string {
  return new URL(url).searchParams.get('state') ?? ''
}
