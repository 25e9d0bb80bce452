import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { askIdentity } from '../../../src/bearer/ask-identity.ts'
import { createFakeSso, jo } from '../../helpers/stage/login-ports.ts'

describe('askIdentity', () => {
  it('accepts a token that the SSO names a person for, and refuses any other', async () => {
    const sso = createFakeSso()
    const ask = askIdentity(sso, undefined)
    assert.deepEqual(await ask('abc'), { kind: 'accepted', person: jo })
    sso.answer = { kind: 'rejected' }
    assert.equal((await ask('def')).kind, 'refused')
    assert.deepEqual(sso.asked, ['identify abc', 'identify def'])
  })

  it('fails where the OpenID provider has no userinfo, and names the option', async () => {
    const sso = createFakeSso()
    const metadata = { issuer: 'https://sso.example.com' }
    await assert.rejects(askIdentity(sso, { metadata: async () => metadata })('abc'), {
      code: 'SSO_BAD_ANSWER',
      message: /no userinfo_endpoint.*bearer\.accept identity/,
    })
    assert.deepEqual(sso.asked, [])
    const userinfo_endpoint = 'https://sso.example.com/userinfo'
    const ask = askIdentity(sso, { metadata: async () => ({ ...metadata, userinfo_endpoint }) })
    assert.equal((await ask('abc')).kind, 'accepted')
  })
})
