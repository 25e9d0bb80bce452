import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { challenge } from '../../../src/identity/challenge.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { cookiesOf, createLoginPorts, locationIn, request, site } from '../../helpers/stage/login-ports.ts'

describe('challenge', () => {
  it('begins a login for a navigation, which ends where it is told', async () => {
    const { options } = createLoginPorts()
    const record = new RequestRecord()
    const reply = await challenge(options, request('/a'), record, site, '/b?c')
    assert.equal(reply.status, 302)
    const state = new URL(locationIn(reply)).searchParams.get('state') ?? ''
    assert.equal((await options.pending.find(state))?.returnTo, '/b?c')
    assert.deepEqual([record.route, record.login, record.code], ['login', 'started', undefined])
    assert.ok(Number(record.sessionMs) >= 0)
  })

  it('answers anything else with 401, and makes no state for it', async () => {
    const { options } = createLoginPorts()
    options.pending.begin = () => assert.fail('a login was begun')
    const record = new RequestRecord()
    record.route = 'object'
    const reply = await challenge(options, request('/a', { 'sec-fetch-mode': 'cors' }), record, site, '/a')
    assert.deepEqual([reply.status, cookiesOf(reply)], [401, ''])
    assert.deepEqual([record.route, record.login, record.code], ['object', undefined, 'LOGIN_REQUIRED'])
  })
})
