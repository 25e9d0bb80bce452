import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { askIdentity } from '../../../src/bearer/ask-identity.ts'
import { createFakeSso, jo } from '../../helpers/stage/login-ports.ts'

describe('askIdentity', () => {
  it('accepts a token that the SSO names a person for, and refuses any other', async () => {
    const sso = createFakeSso()
    const ask = askIdentity(sso)
    assert.deepEqual(await ask('abc'), { kind: 'accepted', person: jo })
    sso.answer = { kind: 'rejected' }
    assert.equal((await ask('def')).kind, 'refused')
    assert.deepEqual(sso.asked, ['identify abc', 'identify def'])
  })
})
