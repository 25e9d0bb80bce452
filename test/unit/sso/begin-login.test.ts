import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { beginLogin } from '../../../src/sso/begin-login.ts'
import { cookiesOf, createLoginPorts, locationIn, request, site } from '../../helpers/stage/login-ports.ts'

describe('beginLogin', () => {
  it('gives a browser one cookie, and leaves it alone after', async () => {
    const { options } = createLoginPorts()
    const first = await beginLogin(options, request('/a'), site, '/a', 0)
    const cookie = cookiesOf(first)
    assert.match(cookie, /^__Host-s_login=[\w-]{43}$/)
    const lifetime = '; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax'
    assert.ok(first.headers.includes(cookie + lifetime), first.headers.join())
    const second = await beginLogin(options, request('/b', { cookie }), site, '/b', 0)
    assert.equal(cookiesOf(second), '')
    assert.notEqual(locationIn(first), locationIn(second))
  })

  it('replaces a cookie that cannot be ours', async () => {
    const { options } = createLoginPorts()
    for (const cookie of ['__Host-s_login=', '__Host-s_login=short', `s_login=${'a'.repeat(43)}`])
      assert.match(cookiesOf(await beginLogin(options, request('/a', { cookie }), site, '/a', 0)), /^__Host-/)
  })
})
