import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { beginLogin } from '../../../src/sso/begin-login.ts'
import { finishLogin } from '../../../src/sso/finish-login.ts'
import { cookiesOf, createLoginPorts, locationIn, request, site } from '../sso/sso-ports.ts'

const returnTo = '/a%20b?c=d?'

describe('finishLogin', () => {
  it('gives a session to the browser that began, at the redirect_uri that was used', async () => {
    const { sso, parts, finish, begin } = start()
    const login = await begin()
    const { reply, who } = await finish(`?code=x&state=${login.state}`, login.cookie)
    assert.equal(locationIn(reply), site.origin + returnTo)
    assert.equal(who, 'jo')
    assert.deepEqual(sso.asked, [
      'exchange x https://assets.example.com/__redirect_from_sso',
      'identify token-for-x',
    ])
    const open = await parts.sessions.find(cookiesOf(reply), true)
    assert.equal(open?.session.accessToken, 'token-for-x')
  })

  it('finishes until ten minutes have passed', async () => {
    const { clock, sso, finish, begin } = start()
    const [one, two] = [await begin(), await begin()]
    clock.now += 599_000
    assert.equal((await finish(`?code=x&state=${one.state}`, one.cookie)).reply.status, 302)
    clock.now += 1000
    const late = await finish(`?code=x&state=${two.state}`, two.cookie)
    assert.equal(late.reply.code, 'LOGIN_EXPIRED')
    assert.equal(sso.asked.length, 2)
  })

  it('waits for the cookies of other tabs once, and only where there is a cookie', async () => {
    const { finish, begin, settledTimes } = start()
    const [mine, other] = [await begin(), await begin()]
    assert.notEqual(mine.cookie, other.cookie)
    const restarted = await finish(`?code=x&state=${mine.state}`, other.cookie)
    assert.equal(settledTimes(), 1)
    // The cookie that the browser has stays as it is.
    assert.equal(cookiesOf(restarted.reply), '')
    await finish(`?code=x&state=${stateIn(locationIn(restarted.reply))}`, mine.cookie)
    assert.equal(settledTimes(), 1)
    await finish(`?code=x&state=${mine.state}`)
    assert.equal(settledTimes(), 1)
  })

  it('counts restarts itself, and ends where another tab has finished', async () => {
    const { sso, parts, finish, begin } = start()
    let { state } = await begin()
    for (let restart = 0; restart < 2; restart++) {
      const { reply } = await finish(`?code=x&state=${state}`)
      assert.equal(reply.status, 302)
      state = stateIn(locationIn(reply))
    }
    assert.equal((await finish(`?code=x&state=${state}`)).reply.code, 'LOGIN_EXPIRED')
    const now = parts.now()
    const session = { accessToken: 't', who: 'jo', createdAt: now, verifiedAt: now }
    const cookie = (await parts.sessions.create(session, true)).split(';')[0]
    const { reply } = await finish(`?code=x&state=${state}`, cookie)
    assert.equal(locationIn(reply), site.origin + returnTo)
    assert.deepEqual(sso.asked, [])
  })

  it('makes no session for a token that the SSO does not know', async () => {
    const { sso, finish, begin } = start()
    sso.answer = { kind: 'rejected' }
    const login = await begin()
    await assert.rejects(finish(`?code=x&state=${login.state}`, login.cookie), { code: 'SSO_FORBADE_CODE' })
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
      const reply = await beginLogin(ports.parts, request(returnTo, headers), site, returnTo, 0)
      return { state: stateIn(locationIn(reply)), cookie: cookiesOf(reply) }
    },
    finish: (query: string, cookie?: string) =>
      finishLogin(
        ports.parts,
        request(`/__redirect_from_sso${query}`, {
          accept: 'text/html',
          ...(cookie === undefined ? {} : { cookie }),
        }),
        site,
      ),
  }
}

function stateIn(url: string): string {
  return new URL(url).searchParams.get('state') ?? ''
}
