import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signOut } from '../../../../../src/cli/fetch/token/sign-out.ts'
import type { TokenRecord } from '../../../../../src/cli/fetch/token/token-record.ts'
import { startSmallSso, usualDiscovery } from './small-sso.ts'

/** A file in memory. */
function fileOf(record: TokenRecord | undefined) {
  const file = {
    path: 'memory',
    record,
    read: async () => file.record,
    async write(written: TokenRecord) {
      file.record = written
    },
    async remove() {
      file.record = undefined
    },
    alone: <T>(run: () => Promise<T>) => run(),
  }
  return file
}

describe('signOut', () => {
  it('has the refresh token revoked, then the access token', async (t) => {
    const sso = await startSmallSso(t, ({ response }) => void response.end())
    const file = fileOf({ ...sso.wanted, accessToken: 'a', refreshToken: 'r' })
    assert.equal(await signOut(file, sso.options), 'revoked')
    assert.deepEqual(
      sso.calls.map(({ path, form }) => [
        path,
        form.get('token'),
        form.get('token_type_hint'),
        form.get('client_id'),
      ]),
      [
        ['/revoke', 'r', 'refresh_token', 'terminal'],
        ['/revoke', 'a', 'access_token', 'terminal'],
      ],
    )
    assert.deepEqual([file.record], [undefined])
  })

  it('forgets the token of an SSO that cannot revoke it', async (t) => {
    const sso = await startSmallSso(
      t,
      () => {},
      (issuer) => ({ ...usualDiscovery(issuer), revocation_endpoint: undefined }),
    )
    const file = fileOf({ ...sso.wanted, accessToken: 'a' })
    assert.equal(await signOut(file, sso.options), 'kept')
    assert.deepEqual([file.record, sso.calls.length], [undefined, 0])
  })

  it('forgets the token also when the SSO cannot be asked, and says so', async (t) => {
    const sso = await startSmallSso(t, ({ response }) => void response.writeHead(503).end('canary'))
    const file = fileOf({ ...sso.wanted, accessToken: 'a' })
    await assert.rejects(signOut(file, sso.options), (error: Error) => {
      assert.match(error.message, /it answers 503; the token is forgotten here, and valid until its end$/)
      return true
    })
    assert.deepEqual([file.record], [undefined])
  })

  it('asks nobody where nobody is signed in', async (t) => {
    const { options, calls } = await startSmallSso(t, () => {})
    assert.equal(await signOut(fileOf(undefined), options), 'nobody')
    assert.equal(calls.length, 0)
  })
})
