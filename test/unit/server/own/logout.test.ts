import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ProxyRequest } from '../../../../src/http/proxy-request.ts'
import type { Site } from '../../../../src/http/site.ts'
import { createLogoutPage, type LogoutPageOptions } from '../../../../src/server/own/logout.ts'
import type { Grant } from '../../../../src/session/session.ts'
import type { LoginOptions } from '../../../../src/sso/begin-login.ts'
import type { LogoutWayBack } from '../../../../src/sso/sso-client.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { headerIn } from '../../../helpers/clients/header-in.ts'
import {
  cookiesOf,
  createLoginPorts,
  jo,
  locationIn,
  request,
  site,
} from '../../../helpers/stage/login-ports.ts'

const path = '/__s3proxy/logout'

describe('createLogoutPage', () => {
  it('shows a button that works without a script, and changes nothing', async () => {
    const { options } = createLoginPorts()
    for (const method of ['GET', 'HEAD']) {
      const asked = request(path, { origin: site.origin }, method)
      const reply = await logout(options, asked, new RequestRecord(), site)
      assert.equal(reply.status, 200)
      assert.match(String(reply.body), /<form method="post"><button>/)
      assert.equal(cookiesOf(reply), '')
      assert.equal(headerIn(reply.headers, 'clear-site-data'), undefined)
      assert.ok(reply.headers.join().includes('referrer-policy,same-origin'))
    }
  })

  it('says who is signed in, by a name that cannot be HTML', async () => {
    const { options, clock } = createLoginPorts()
    const person = { ...jo, name: '<b>Jo' }
    const cookie = await signIn(options, { ...grant, person }, clock.now)
    const record = new RequestRecord()
    const { body } = await logout(options, request(path, { cookie }), record, site)
    assert.match(String(body), /You are signed in as <strong><bdi>&lt;b&gt;Jo<\/bdi><\/strong>/)
    assert.deepEqual(record.person, person)
  })

  it('says that nobody is signed in, and can still lead to the SSO', async () => {
    const { options } = createLoginPorts()
    const { body } = await logout(options, request(path), new RequestRecord(), site)
    assert.match(String(body), /Nobody is signed in/)
    assert.match(String(body), /<button>Sign out<\/button>/)
  })

  it('lets the form lead to any site, because browsers hold redirects after it against the policy', async () => {
    const { options } = createLoginPorts()
    const { headers } = await logout(options, request(path), new RequestRecord(), site)
    const policy = headerIn(headers, 'content-security-policy')
    assert.match(
      String(policy),
      /^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'; base-uri 'none'$/,
    )
  })

  it('ends the session, and what the original may have left', async () => {
    const { options, clock } = createLoginPorts()
    const cookie = await signIn(options, grant, clock.now)
    const legacySessions = { end: async () => 'assets_session_id=; Max-Age=0' }
    const asked = request(path, { origin: site.origin, cookie }, 'POST')
    const record = new RequestRecord()
    const reply = await logout({ ...options, legacySessions }, asked, record, site)
    assert.equal(cookiesOf(reply), '__Host-s=; assets_session_id=')
    assert.equal(headerIn(reply.headers, 'clear-site-data'), '"cache"')
    assert.equal(headerIn(reply.headers, 'cache-control'), 'no-store')
    assert.equal(await options.sessions.find(cookie, true), undefined)
    assert.deepEqual([record.person?.id, record.endedSessions], ['jo', 1])
  })

  it('has ended no session where there was none', async () => {
    const record = new RequestRecord()
    await logout(createLoginPorts().options, post(), record, site)
    assert.equal(record.endedSessions, undefined)
  })

  it('leads to the page of this site that says so, where the SSO has none', async () => {
    const { options } = createLoginPorts()
    const reply = await logout(options, post(), new RequestRecord(), site)
    assert.deepEqual([reply.status, locationIn(reply)], [303, `${site.origin}/__s3proxy/signed-out`])
  })

  it('leads to where the SSO ends its own session, which leads back, also when the session was over before', async () => {
    const { options, clock } = createLoginPorts()
    const cookie = await signIn(options, grant, clock.now)
    const ended: (string | undefined)[] = []
    const sso = {
      async end(of: Grant | undefined, wayBack: LogoutWayBack) {
        assert.equal(await options.sessions.find(cookie, true), undefined)
        assert.deepEqual(wayBack, { returnTo: `${site.origin}/__s3proxy/signed-out`, state: 'sso' })
        ended.push(of?.accessToken)
        return 'https://sso.example.com/logout?a=1'
      },
    }
    for (let time = 0; time < 2; time++) {
      const reply = await logout({ ...options, sso }, post(cookie), new RequestRecord(), site)
      assert.deepEqual([reply.status, locationIn(reply)], [303, 'https://sso.example.com/logout?a=1'])
      assert.equal(cookiesOf(reply), '__Host-s=')
    }
    assert.deepEqual(ended, ['t', undefined])
  })

  it('refuses a form of another site, whatever it claims to be', async () => {
    const { options } = createLoginPorts()
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const record = new RequestRecord('POST')
      const reply = await logout(options, request(path, headers, 'POST'), record, site)
      assert.equal(record.code, 'LOGOUT_FOREIGN')
      assert.equal(reply.status, 403)
    }
  })
})

const grant = { accessToken: 't', person: jo }

/** @returns the cookie */
async function signIn({ sessions }: LoginOptions, from: Grant, now: number): Promise<string> {
  const cookie = await sessions.create({ ...from, createdAt: now, verifiedAt: now }, true)
  return cookie.split(';')[0] ?? ''
}

function post(cookie = ''): ProxyRequest {
  return request(path, { origin: site.origin, cookie }, 'POST')
}

function logout(options: LogoutPageOptions, asked: ProxyRequest, record: RequestRecord, at: Site) {
  return createLogoutPage(options).answer(asked, record, at)
}
