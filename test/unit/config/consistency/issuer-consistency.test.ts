import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const { SSO_URL, SSO_CLIENT_SECRET, ...rest } = leastEnv
const S3PROXY_SSO_ISSUER = 'https://sso.example.com/realms/staff'
const env = { ...rest, SSO_CLIENT_SECRET, S3PROXY_SSO_ISSUER }
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

function given(more: Record<string, string>, base: Record<string, string> = env) {
  const { config, problems, warnings } = resolve({ env: { ...base, ...more }, readFile: () => pem })
  return {
    sso: config?.sso,
    problems: problems.map(({ path, message }) => `${path} ${message}`),
    warnings: warnings.filter((warning) => warning.startsWith('sso.')),
  }
}

describe('sso.issuer', () => {
  it('is all that an OpenID provider needs beside the application', () => {
    const { sso, problems, warnings } = given({})
    assert.deepEqual([problems, warnings], [[], []])
    assert.equal(sso?.issuer, S3PROXY_SSO_ISSUER)
    assert.equal(sso.scope, 'openid profile email')
    assert.equal(sso.clientAuthentication, undefined)
  })

  it('is kept to the byte', () => {
    for (const issuer of [
      'https://SSO.example.com./',
      'https://sso.example.com',
      'http://localhost:8080/a/b/',
    ])
      assert.equal(given({ S3PROXY_SSO_ISSUER: issuer }).sso?.issuer, issuer)
  })

  for (const issuer of [
    'sso.example.com',
    'https://sso.example.com/?a=b',
    'https://sso.example.com/#a',
    'https://a:b@sso.example.com/',
    'https://sso.example.com/.well-known/openid-configuration',
    'ldap://sso.example.com',
  ])
    it(`refuses ${issuer}`, () => {
      assert.match(
        given({ S3PROXY_SSO_ISSUER: issuer }).problems.join(),
        /^sso\.issuer expected an issuer identifier:/,
      )
    })

  it('excludes the addresses that its document has', () => {
    const address = 'https://sso.example.com/a'
    for (const [name, path] of [
      ['S3PROXY_SSO_AUTHORIZE_URL', 'sso.authorizeUrl'],
      ['S3PROXY_SSO_TOKEN_URL', 'sso.tokenUrl'],
      ['S3PROXY_SSO_IDENTITY_URL', 'sso.identityUrl'],
    ] as const)
      assert.deepEqual(given({ [name]: address }).problems, [
        `${path} excludes sso.issuer, whose discovery document has this address`,
      ])
    assert.deepEqual(given({ S3PROXY_SSO_LOGOUT_URL: address }).problems, [])
    const { sources } = resolve({ env })
    assert.deepEqual([sources['sso.tokenUrl'], sources['sso.clientId']], [undefined, 'SSO_CLIENT_ID'])
    assert.match(
      given({ S3PROXY_SSO_LOGOUT_URL: 'a' }).problems.join(),
      /^sso\.logoutUrl expected a whole URL/,
    )
  })

  it('needs the scope openid', () => {
    assert.match(given({ S3PROXY_SSO_SCOPE: 'read openidx' }).problems.join(), /^sso\.scope needs openid/)
    assert.deepEqual(given({ S3PROXY_SSO_SCOPE: 'groups openid' }).problems, [])
  })

  it('warns of a root URL beside it, and of a line that anybody can listen on', () => {
    assert.deepEqual(given({ SSO_URL }).warnings, ['sso.url is not used, because sso.issuer is set'])
    for (const [issuer, isRisky] of [
      ['http://sso.example.com/', true],
      ['http://127.0.0.1.example.com/', true],
      ['http://127.0.0.1:8080/', false],
      ['http://[::1]/', false],
      ['http://localhost/', false],
    ] as const)
      assert.equal(given({ S3PROXY_SSO_ISSUER: issuer }).warnings.length, isRisky ? 1 : 0, issuer)
    assert.deepEqual(given({ SSO_URL_INTERNAL: 'http://sso/' }).warnings, [])
  })

  it('needs a secret, or a key, unless the application has none', () => {
    const base = { ...rest, S3PROXY_SSO_ISSUER }
    assert.deepEqual(given({}, base).problems, ['sso.clientSecret is required: secret of the application'])
    const S3PROXY_SSO_CLIENT_KEY_FILE = 'key.pem'
    const withKey = given({ S3PROXY_SSO_CLIENT_KEY_FILE }, base)
    assert.deepEqual([withKey.problems, withKey.warnings], [[], []])
    assert.equal(withKey.sso?.clientAuthentication, 'private_key_jwt')
    assert.deepEqual(given({ S3PROXY_SSO_CLIENT_AUTHENTICATION: 'none' }, base).problems, [])
    assert.deepEqual(given({ S3PROXY_SSO_CLIENT_KEY_FILE }).warnings, [
      'sso.clientKeyFile is not used, because sso.clientAuthentication is not set',
    ])
  })
})
