import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLegacyIdentity } from '../../../src/identity/by-legacy-session.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { request, site } from '../../helpers/stage/login-ports.ts'

const page = { status: 200, headers: [], body: 'Is that you?' }

describe('createLegacyIdentity', () => {
  it('answers a navigation with the question to the person, who is not known by that', async () => {
    const record = new RequestRecord()
    const identity = createLegacyIdentity({ offer: async () => page })
    assert.deepEqual(await identity(request('/a'), site, record), { kind: 'reply', reply: page })
    assert.deepEqual([record.route, record.person], ['continue', undefined])
  })

  it('knows nobody where there is nothing to ask', async () => {
    const record = new RequestRecord()
    record.route = 'object'
    const identity = createLegacyIdentity({ offer: async () => undefined })
    assert.equal((await identity(request('/a'), site, record)).kind, 'nobody')
    assert.equal(record.route, 'object')
  })

  it('asks nothing about a request that cannot show a page', async () => {
    const identity = createLegacyIdentity({ offer: () => assert.fail('asked') })
    for (const headers of [{ range: 'bytes=0-' }, { 'sec-fetch-mode': 'cors' }])
      assert.equal((await identity(request('/a', headers), site, new RequestRecord())).kind, 'nobody')
  })
})
