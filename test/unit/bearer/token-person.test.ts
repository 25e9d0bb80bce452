import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tokenPerson } from '../../../src/bearer/token-person.ts'

const places = { nameClaim: 'name', emailClaim: 'email', groupsClaim: '/groups', trustEmail: false }
const issuer = 'https://sso.example.com'

describe('tokenPerson', () => {
  it('names people by issuer and subject, with everything else as for a login', () => {
    const claims = { sub: 'jo', name: 'Jo', email: 'jo@example.com', groups: ['staff'], client_id: 'app' }
    assert.deepEqual(tokenPerson({ ...claims, exp: 1, iat: 1, jti: 'x', active: true }, issuer, places), {
      ...{ id: 'https://sso.example.com#jo', name: 'Jo', email: 'jo@example.com', emailVerified: undefined },
      ...{ groups: ['staff'], claims },
    })
  })

  it('names them as the options say, and as plain OAuth does where there is no issuer', () => {
    const claims = { sub: 'jo', username: 'joanna', client_id: 'app' }
    assert.equal(tokenPerson(claims, issuer, { ...places, userClaim: 'username' }).id, 'joanna')
    assert.equal(tokenPerson(claims, undefined, places).id, 'jo')
    assert.equal(tokenPerson({ username: 'joanna', client_id: 'app' }, undefined, places).id, 'joanna')
  })

  it('names a program without a subject by its client, and never as a person with that name', () => {
    assert.equal(tokenPerson({ client_id: 'app' }, undefined, places).id, 'client:app')
    assert.equal(tokenPerson({ sub: 7, client_id: 'app' }, issuer, places).id, '7')
    assert.equal(tokenPerson({ client_id: '' }, undefined, places).id, undefined)
    assert.equal(tokenPerson({ client_id: 'app' }, undefined, { ...places, userClaim: 'a' }).id, undefined)
  })

  it('escapes what a terminal would obey', () => {
    assert.equal(tokenPerson({ sub: 'a\u{9b}' }, issuer, places).id, 'https://sso.example.com#a\\u{9b}')
  })
})
