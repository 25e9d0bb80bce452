import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { beginLogin } from '../../../src/sso/begin-login.ts'
import { cookiesOf, createLoginPorts, locationIn, request, site } from '../../helpers/stage/login-ports.ts'

describe('beginLogin', () => {
  it('gives a browser one cookie, and leaves it alone after', async () => {
    const { parts } = createLoginPorts()
    const first = await beginLogin(parts, request('/a'), site, '/a', 0)
    const cookie = cookiesOf(first)
    assert.match(cookie, /^__Host-s_login=[\w-]{43}$/)
    const lifetime = '; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax'
    assert.ok(first.headers.includes(cookie + lifetime), first.headers.join())
    const second = await beginLogin(parts, request('/b', { cookie }), site, '/b', 0)
    assert.equal(cookiesOf(second), '')
    assert.notEqual(locationIn(first), locationIn(second))
  })

  it('replaces a cookie that cannot be ours', async () => {
    const { parts } = createLoginPorts()
    for (const cookie of ['__Host-s_login=', '__Host-s_login=short', `s_login=${'a'.repeat(43)}`])
      assert.match(cookiesOf(await beginLogin(parts, request('/a', { cookie }), site, '/a', 0)), /^__Host-/)
  })
})
