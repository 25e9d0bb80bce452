import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLikeAccessToken, misuseOf } from '../../../src/bearer/misuse-of.ts'

describe('misuseOf', () => {
  it('has nothing against access tokens of the servers that say what they are', () => {
    for (const claims of [
      {},
      { typ: 'Bearer', azp: 'a', scope: 'openid profile' },
      { token_use: 'access' },
      { auth_time: 1, acr: '1', roles: ['a'], scp: 'a' },
    ])
      assert.equal(misuseOf(claims), undefined, JSON.stringify(claims))
  })

  it('tells tokens of another kind', () => {
    for (const [claims, misuse] of [
      [{ nonce: 'n' }, 'is an id token'],
      [{ at_hash: 'h' }, 'is an id token'],
      [{ c_hash: 'h' }, 'is an id token'],
      [{ s_hash: 'h' }, 'is an id token'],
      [{ typ: 'ID' }, 'is no access token'],
      [{ typ: 'Refresh' }, 'is no access token'],
      [{ typ: 'Offline' }, 'is no access token'],
      [{ token_use: 'id' }, 'is no access token'],
      [{ events: {} }, 'is no access token'],
      [{ cnf: { jkt: 'k' } }, 'is bound to a key (cnf)'],
    ] as const)
      assert.equal(misuseOf(claims), misuse, JSON.stringify(claims))
  })
})

describe('isLikeAccessToken', () => {
  it('knows access tokens of the servers that do not say at+jwt', () => {
    for (const claims of [
      { scope: 'openid', azp: 'app', typ: 'Bearer' },
      { scp: 'read', ver: '2.0', azp: 'app' },
      { azpacr: '1', azp: 'app', roles: ['reader'] },
      { appid: 'app', ver: '1.0' },
      { scp: ['read'], cid: 'app' },
      { client_id: 'app', token_use: 'access' },
    ])
      assert.equal(isLikeAccessToken(claims), true, JSON.stringify(claims))
  })

  it('takes no id token for one', () => {
    const claims = {
      iss: 'i',
      sub: 's',
      aud: 'a',
      azp: 'a',
      exp: 1,
      iat: 1,
      auth_time: 1,
      acr: '1',
      amr: [],
      sid: 's',
    }
    assert.equal(isLikeAccessToken({ ...claims, email: 'e', name: 'n', groups: [], roles: ['a'] }), false)
  })
})
