import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ProxyRequest } from '../../../../src/http/proxy-request.ts'
import type { Site } from '../../../../src/http/site.ts'
import { createLogoutPage, type LogoutPageOptions } from '../../../../src/server/own/logout.ts'
import type { Grant } from '../../../../src/session/session.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { headerIn } from '../../../helpers/clients/header-in.ts'
import { cookiesOf, createLoginPorts, jo, request, site } from '../../../helpers/stage/login-ports.ts'

describe('createLogoutPage', () => {
  it('shows a button that works without a script, and changes nothing', async () => {
    const { options } = createLoginPorts()
    for (const method of ['GET', 'HEAD']) {
      const reply = await logout(
        options,
        request('/__s3proxy/logout', { origin: site.origin }, method),
        new RequestRecord(),
        site,
      )
      assert.equal(reply.status, 200)
      assert.match(String(reply.body), /<form method="post"><button>/)
      assert.equal(cookiesOf(reply), '')
      assert.equal(headerIn(reply.headers, 'clear-site-data'), undefined)
      assert.ok(reply.headers.join().includes('referrer-policy,same-origin'))
    }
  })

  it('ends the session, and what the original may have left', async () => {
    const { options, clock } = createLoginPorts()
    const session = { accessToken: 't', person: jo, createdAt: clock.now, verifiedAt: clock.now }
    const cookie = (await options.sessions.create(session, true)).split(';')[0] ?? ''
    const legacySessions = { end: async () => 'assets_session_id=; Max-Age=0' }
    const ended: (Grant | undefined)[] = []
    const sso = {
      end(grant: Grant | undefined) {
        ended.push(grant)
        return undefined
      },
    }
    const post = request('/__s3proxy/logout', { origin: site.origin, cookie }, 'POST')
    const reply = await logout({ ...options, sso, legacySessions }, post, new RequestRecord(), site)
    assert.deepEqual(ended, [session])
    assert.equal(cookiesOf(reply), '__Host-s=; assets_session_id=')
    assert.equal(headerIn(reply.headers, 'clear-site-data'), '"cache"')
    assert.equal(await options.sessions.find(cookie, true), undefined)
  })

  it('has a link to where the SSO ends its own session, where that is known', async () => {
    const { options } = createLoginPorts()
    const post = request('/__s3proxy/logout', { origin: site.origin }, 'POST')
    assert.doesNotMatch(String((await logout(options, post, new RequestRecord(), site)).body), /<a /)
    const ssoLogoutUrl = 'https://sso.example.com/o/logout?a=1&b="2"'
    const { body } = await logout(
      { ...options, sso: { end: () => ssoLogoutUrl } },
      post,
      new RequestRecord(),
      site,
    )
    assert.match(
      String(body),
      /<a href="https:\/\/sso\.example\.com\/o\/logout\?a=1&amp;b=&quot;2&quot;" rel="noreferrer">/,
    )
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
      const reply = await logout(options, request('/__s3proxy/logout', headers, 'POST'), record, site)
      assert.equal(record.code, 'LOGOUT_FOREIGN')
      assert.equal(reply.status, 403)
    }
  })
})

function logout(options: LogoutPageOptions, asked: ProxyRequest, record: RequestRecord, at: Site) {
  return createLogoutPage(options).answer(asked, record, at)
}
