import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSignedOutPage } from '../../../../src/server/own/signed-out.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { headerIn } from '../../../helpers/clients/header-in.ts'
import { cookiesOf, createLoginPorts, jo, request, site } from '../../../helpers/stage/login-ports.ts'

const path = '/__s3proxy/signed-out'

describe('createSignedOutPage', () => {
  it('says signed out, and has a link to sign in again, and begins no login', async () => {
    const { reply } = await ask(path)
    assert.deepEqual([reply.status, cookiesOf(reply)], [200, ''])
    assert.equal(headerIn(reply.headers, 'location'), undefined)
    assert.equal(headerIn(reply.headers, 'cache-control'), 'no-store')
    assert.match(String(reply.body), /<h1>Signed out<\/h1>/)
    assert.match(String(reply.body), /<a href="\/" rel="noreferrer">Sign in again<\/a>/)
  })

  it('warns that the SSO may still know the person, unless the browser comes from there', async () => {
    assert.match(String((await ask(path)).reply.body), /may still know you/)
    assert.match(String((await ask(`${path}?state=x`)).reply.body), /may still know you/)
    assert.doesNotMatch(String((await ask(`${path}?state=sso`)).reply.body), /may still know you/)
  })

  it('does not say so to somebody who is signed in', async () => {
    const { reply, record } = await ask(`${path}?state=sso`, true)
    assert.doesNotMatch(String(reply.body), /[Ss]igned out/)
    assert.match(String(reply.body), /signed in as <strong><bdi>&lt;Jo&gt;<\/bdi>/)
    assert.match(String(reply.body), /<a href="\/__s3proxy\/logout"/)
    assert.equal(record.person?.id, 'jo')
  })
})

async function ask(target: string, isSignedIn = false) {
  const { options, clock } = createLoginPorts()
  const session = {
    accessToken: 't',
    person: { ...jo, name: '<Jo>' },
    createdAt: clock.now,
    verifiedAt: clock.now,
  }
  const cookie = isSignedIn ? await options.sessions.create(session, true) : ''
  const record = new RequestRecord()
  const reply = await createSignedOutPage(options).answer(request(target, { cookie }), record, site)
  return { reply, record }
}
