import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../../src/errors.ts'
import { createBackchannelLogoutPage } from '../../../../src/server/own/backchannel-logout.ts'
import type { BackchannelLogout } from '../../../../src/sso/backchannel-logouts.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { headerIn } from '../../../helpers/clients/header-in.ts'
import { request } from '../../../helpers/stage/login-ports.ts'

describe('createBackchannelLogoutPage', () => {
  it('is for POST alone, and for every host', () => {
    const { page } = start()
    assert.deepEqual([page.path, page.methods], ['/__s3proxy/backchannel-logout', ['POST']])
    assert.equal(page.needsHost, false)
  })

  it('answers 200 without a body, and notes the person and the number of sessions', async () => {
    const { post, tokens } = start()
    const { reply, record } = await post('logout_token=a.b.c&more=x')
    assert.deepEqual([reply.status, reply.body, tokens], [200, '', ['a.b.c']])
    assert.equal(headerIn(reply.headers, 'cache-control'), 'no-store')
    assert.deepEqual([record.person?.id, record.endedSessions], ['https://sso.example.com#jo', 2])
  })

  it('answers 200 also where no session was there, and to a token that names no person', async () => {
    const { post } = start(async () => ({ kind: 'ended', person: undefined, sessions: 0 }))
    const { reply, record } = await post('logout_token=a')
    assert.deepEqual([reply.status, record.person, record.endedSessions], [200, undefined, 0])
  })

  it('answers 400 to a token that is refused, as the standard says it', async () => {
    const { post, refused } = start(async () => ({ kind: 'refused', reason: 'has expired (exp)' }))
    const { reply, record } = await post('logout_token=canary')
    assert.deepEqual([reply.status, record.code], [400, 'LOGOUT_TOKEN_INVALID'])
    assert.deepEqual(JSON.parse(String(reply.body)), {
      error: 'invalid_request',
      error_description: 'the logout token has expired (exp)',
    })
    assert.equal(headerIn(reply.headers, 'content-type'), 'application/json')
    assert.equal(headerIn(reply.headers, 'cache-control'), 'no-store')
    assert.deepEqual(refused, ['has expired (exp)'])
    assert.equal(record.endedSessions, undefined)
  })

  it('answers 400 to anything that is no form with one token', async () => {
    const { post, refused } = start(() => assert.fail('read'))
    for (const body of [undefined, '', 'token=x', '{"logout_token":"x"}', 'logout_token=a&logout_token=b'])
      assert.equal((await post(body)).reply.status, 400, body)
    assert.equal(refused.length, 5)
  })

  it('leaves a failure of the SSO or the store to be answered as such, so that the SSO tries again', async () => {
    const away = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'away')
    await assert.rejects(start(() => Promise.reject(away)).post('logout_token=a'), away)
  })
})

const ended = async (): Promise<BackchannelLogout> => ({
  ...{ kind: 'ended', person: 'https://sso.example.com#jo', sessions: 2 },
})

function start(end: (token: string) => Promise<BackchannelLogout> = ended) {
  const tokens: string[] = []
  const refused: string[] = []
  const page = createBackchannelLogoutPage({
    backchannelLogouts: {
      end(token) {
        tokens.push(token)
        return end(token)
      },
    },
    onLogoutRefused: (reason) => refused.push(reason),
  })
  return {
    ...{ page, tokens, refused },
    async post(body: string | undefined) {
      const record = new RequestRecord('POST')
      const asked = request('/__s3proxy/backchannel-logout', {}, 'POST')
      if (body !== undefined) asked.readBody = async () => body
      return { reply: await page.answer(asked, record), record }
    },
  }
}
