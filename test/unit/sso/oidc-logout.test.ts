import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import type { IssuerMetadata } from '../../../src/issuer/issuer-metadata.ts'
import { createOidcLogout, type OidcLogoutOptions } from '../../../src/sso/oidc-logout.ts'
import { jo } from '../../helpers/stage/login-ports.ts'

const endpoint = 'https://sso.example.com/session/end'
const wayBack = { returnTo: 'https://assets.example.com/__s3proxy/signed-out', state: 'sso' }
const grant = { accessToken: 't', person: jo, refreshToken: 'refresh', idToken: 'a.b.c' }
const away = new S3ProxyError('SSO_UNAVAILABLE', 'away')
const never = new Promise<never>(() => {})

describe('createOidcLogout', () => {
  it('revokes the refresh token, and leads to where the provider ends its session', async () => {
    const { logout, revoked } = start({ end_session_endpoint: endpoint })
    const address = await logout(grant, wayBack)
    assert.ok(address?.startsWith(`${endpoint}?`), address)
    assert.equal(new URL(String(address)).searchParams.get('id_token_hint'), 'a.b.c')
    assert.deepEqual(revoked, ['refresh'])
  })

  it('leads there also without a session, and then revokes nothing', async () => {
    const { logout, revoked } = start({ end_session_endpoint: endpoint })
    assert.ok((await logout(undefined, wayBack))?.startsWith(`${endpoint}?client_id=app&`))
    await logout({ ...grant, refreshToken: undefined }, wayBack)
    assert.deepEqual(revoked, [])
  })

  it('leads nowhere where the provider has no such page', async () => {
    assert.equal(await start({}).logout(grant, wayBack), undefined)
  })

  it('leads to the address that is configured, as it is, without asking the provider for one', async () => {
    const logoutUrl = 'https://sso.example.com/bye?next=/'
    const metadata = () => assert.fail('asked')
    const { logout, revoked } = start({}, { logoutUrl, issuer: { metadata } })
    assert.equal(await logout(grant, wayBack), logoutUrl)
    assert.deepEqual(revoked, ['refresh'])
  })

  it('goes on when the token cannot be revoked, or the provider is away', async () => {
    const failing = start({ end_session_endpoint: endpoint }, { revoke: () => Promise.reject(away) })
    assert.ok((await failing.logout(grant, wayBack))?.startsWith(endpoint))
    assert.deepEqual(failing.failures, [away])
    const gone = start({}, { issuer: { metadata: () => Promise.reject(away) } })
    assert.equal(await gone.logout(grant, wayBack), undefined)
    assert.deepEqual(gone.failures, [away])
    assert.deepEqual(gone.revoked, ['refresh'])
  })

  it('waits for a silent provider no longer than it may', async () => {
    const revoking = start({ end_session_endpoint: endpoint }, { revoke: () => never, waitMs: 1 })
    assert.ok((await revoking.logout(grant, wayBack))?.startsWith(endpoint))
    const silent = start({}, { issuer: { metadata: () => never }, waitMs: 1 })
    assert.equal(await silent.logout(grant, wayBack), undefined)
    assert.deepEqual(
      silent.failures.map((error) => error instanceof S3ProxyError && error.code),
      ['SSO_TIMEOUT'],
    )
  })
})

function start(document: Partial<IssuerMetadata>, changes: Partial<OidcLogoutOptions> = {}) {
  const revoked: string[] = []
  const failures: unknown[] = []
  const logout = createOidcLogout({
    issuer: { metadata: async () => ({ issuer: 'https://sso.example.com', ...document }) },
    clientId: 'app',
    revoke: async (token) => void revoked.push(token),
    waitMs: 60_000,
    onFailure: (error) => failures.push(error),
    ...changes,
  })
  return { logout, revoked, failures }
}
