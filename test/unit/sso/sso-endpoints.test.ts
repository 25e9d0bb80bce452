import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ssoEndpoints } from '../../../src/sso/sso-endpoints.ts'

const url = 'https://sso.example.com/'
const paths = { authorizeUrl: 'o/authorize/', tokenUrl: 'o/token/', identityUrl: 'api/v1/user/me/' }

describe('ssoEndpoints', () => {
  for (const root of ['https://sso.example.com/auth', 'https://sso.example.com/auth/'])
    it(`finds paths below ${root}`, () => {
      assert.deepEqual(ssoEndpoints({ url: root, ...paths, logoutUrl: 'logout' }), {
        authorize: 'https://sso.example.com/auth/o/authorize/',
        token: 'https://sso.example.com/auth/o/token/',
        tokenAudience: 'https://sso.example.com/auth/o/token/',
        identity: 'https://sso.example.com/auth/api/v1/user/me/',
        logout: 'https://sso.example.com/auth/logout',
      })
    })

  it('finds what this server asks for below the internal URL, and the pages for people below the other', () => {
    const endpoints = ssoEndpoints({ url, internalUrl: 'http://sso:8000', ...paths, logoutUrl: 'logout' })
    assert.deepEqual(endpoints, {
      authorize: 'https://sso.example.com/o/authorize/',
      token: 'http://sso:8000/o/token/',
      tokenAudience: 'https://sso.example.com/o/token/',
      identity: 'http://sso:8000/api/v1/user/me/',
      logout: 'https://sso.example.com/logout',
    })
  })

  it('takes whole URLs as they are, wherever the others lie', () => {
    const whole = {
      authorizeUrl: 'https://a.example.com/authorize?tenant=7',
      tokenUrl: 'HTTPS://b.example.com/token',
      identityUrl: 'https://c.example.com/me',
    }
    const expected = {
      authorize: whole.authorizeUrl,
      token: whole.tokenUrl,
      tokenAudience: whole.tokenUrl,
      identity: whole.identityUrl,
    }
    for (const roots of [{}, { url, internalUrl: 'http://sso:8000' }])
      assert.deepEqual(ssoEndpoints({ ...roots, ...whole }), { ...expected, logout: undefined })
    assert.equal(ssoEndpoints({ url, ...whole, tokenUrl: 'o/token/' }).token, `${url}o/token/`)
  })
})
