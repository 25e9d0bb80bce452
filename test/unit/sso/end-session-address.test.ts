import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endSessionAddress } from '../../../src/sso/end-session-address.ts'

const endpoint = 'https://sso.example.com/session/end'
const wayBack = { returnTo: 'https://assets.example.com/__s3proxy/signed-out', state: 'sso' }
const login = { issuer: 'https://sso.example.com', subject: 'jo', sid: 's-1' }

describe('endSessionAddress', () => {
  it('names the session by its id token, the client, and the way back', () => {
    assert.deepEqual(queryOf({ idToken: 'a.b.c', login }), {
      client_id: 'app',
      id_token_hint: 'a.b.c',
      post_logout_redirect_uri: 'https://assets.example.com/__s3proxy/signed-out',
      state: 'sso',
    })
  })

  it('gives a hint in place of an id token that is too long for an address, or missing', () => {
    const idToken = 'x'.repeat(4097)
    assert.equal(queryOf({ idToken, login }).id_token_hint, undefined)
    assert.equal(queryOf({ idToken, login }).logout_hint, 's-1')
    assert.equal(queryOf({ login: { ...login, sid: undefined } }).logout_hint, 'jo')
    assert.equal(queryOf({ idToken: idToken.slice(1), login }).logout_hint, undefined)
  })

  it('needs nothing of the session', () => {
    assert.deepEqual(Object.keys(queryOf({})).sort(), ['client_id', 'post_logout_redirect_uri', 'state'])
  })

  it('keeps the query of the endpoint', () => {
    const address = endSessionAddress(`${endpoint}?tenant=a%20b`, 'app', {}, wayBack)
    assert.ok(address.startsWith(`${endpoint}?tenant=a%20b&client_id=app&`), address)
  })
})

function queryOf(grant: Parameters<typeof endSessionAddress>[2]): Record<string, string> {
  const address = endSessionAddress(endpoint, 'app', grant, wayBack)
  assert.ok(address.startsWith(`${endpoint}?`), address)
  return Object.fromEntries(new URL(address).searchParams)
}
