import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { signIn } from '../../../../../src/cli/fetch/token/sign-in.ts'
import { json, startSmallSso, usualDiscovery } from './small-sso.ts'

const code = {
  device_code: 'the-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://sso.example.com/device',
  expires_in: 600,
}

/** Signs in. @returns the scope that the SSO was asked for, and the record */
async function ask(
  t: TestContext,
  { scope, isGiven = false, supported }: { scope: string; isGiven?: boolean; supported?: readonly string[] },
  token: object = { access_token: 'the-token', token_type: 'bearer', refresh_token: 'r', expires_in: 60 },
) {
  const sso = await startSmallSso(
    t,
    ({ path, response }) => json(response, 200, path === '/device' ? code : token),
    (issuer) => ({
      ...usualDiscovery(issuer),
      ...(supported === undefined ? {} : { scopes_supported: supported }),
    }),
  )
  const record = await signIn({ ...sso.wanted, scope }, isGiven, sso.options)
  return { asked: sso.calls[0]?.form.get('scope') ?? '', record, sso }
}

describe('signIn', () => {
  for (const [what, wish, expected] of [
    ['the scope of the proxy', { scope: 'files' }, 'files'],
    [
      'a refresh token, where the SSO has a scope for it',
      { scope: 'openid files', supported: ['offline_access'] },
      'openid files offline_access',
    ],
    ['none without OpenID Connect', { scope: 'files', supported: ['openid', 'offline_access'] }, 'files'],
    [
      'OpenID Connect where the proxy names nothing',
      { scope: '', supported: ['openid', 'offline_access'] },
      'openid offline_access',
    ],
    ['nothing of an SSO that names no scopes', { scope: '' }, ''],
    [
      'the very scope of --scope',
      { scope: 'openid', isGiven: true, supported: ['offline_access'] },
      'openid',
    ],
    [
      'each word once',
      { scope: 'openid offline_access', supported: ['offline_access'] },
      'openid offline_access',
    ],
  ] as const) {
    it(`asks for ${what}`, async (t) => {
      const { asked, record } = await ask(t, wish)
      assert.equal(asked, expected)
      assert.equal(record.scope, expected)
    })
  }

  it('keeps the tokens with their times, and the names of proxy, SSO and client', async (t) => {
    const { record, sso } = await ask(t, { scope: 'openid' })
    assert.deepEqual(
      [record.accessToken, record.refreshToken, record.issuer, record.clientId, record.origin],
      ['the-token', 'r', sso.issuer, 'terminal', 'http://127.0.0.1:1'],
    )
    assert.equal(record.expiresAt, sso.options.now() + 60_000)
  })

  it('takes no token that would be another header', async (t) => {
    const token = { access_token: 'a\r\nb: c', token_type: 'bearer' }
    await assert.rejects(ask(t, { scope: '' }, token), /gives a token that no header takes$/)
  })
})
