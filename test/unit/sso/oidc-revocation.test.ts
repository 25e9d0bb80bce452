import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import { createOidcRevocation } from '../../../src/sso/oidc-revocation.ts'
import { startIssuer } from '../../helpers/issuer/start-issuer.ts'

const client = { clientId: 'app', clientSecret: 'secret', timeoutMs: 2000, userAgent: 's3proxy/test' }

describe('createOidcRevocation', () => {
  it('sends the token and its kind, and says who asks', async (t) => {
    const { sso, forms } = await start(t, 200)
    await createOidcRevocation({ ...client, issuer: sso.issuer() })('refresh-1')
    assert.deepEqual(forms, [
      {
        authorization: `Basic ${Buffer.from('app:secret').toString('base64')}`,
        form: { token: 'refresh-1', token_type_hint: 'refresh_token' },
      },
    ])
  })

  it('says who asks in the way that is configured', async (t) => {
    const { sso, forms } = await start(t, 200)
    const clientAuthentication = 'post'
    await createOidcRevocation({ ...client, clientAuthentication, issuer: sso.issuer() })('refresh-1')
    const form = { token: 'refresh-1', token_type_hint: 'refresh_token', client_id: 'app' }
    assert.deepEqual(forms, [{ authorization: undefined, form: { ...form, client_secret: 'secret' } }])
  })

  it('asks nothing where the provider has no such endpoint', async (t) => {
    const { sso, forms } = await start(t, 200)
    sso.document = {}
    await createOidcRevocation({ ...client, issuer: sso.issuer() })('refresh-1')
    assert.deepEqual(forms, [])
  })

  for (const [status, code] of [
    [400, 'SSO_BAD_ANSWER'],
    [302, 'SSO_BAD_ANSWER'],
    [503, 'SSO_UNAVAILABLE'],
  ] as const)
    it(`fails with ${code} when the answer is ${status}`, async (t) => {
      const { sso } = await start(t, status)
      const asked = createOidcRevocation({ ...client, issuer: sso.issuer() })('refresh-1')
      await assert.rejects(asked, (error) => {
        assert.ok(error instanceof S3ProxyError)
        assert.equal(error.code, code)
        assert.match(error.message, new RegExp(`answered ${status} \\(sso\\.issuer\\)$`))
        return true
      })
    })

  it('fails when the provider does not answer in time', async (t) => {
    const { sso } = await start(t, 200)
    sso.answers.set(path, () => {})
    const asked = createOidcRevocation({ ...client, timeoutMs: 50, issuer: sso.issuer() })('refresh-1')
    await assert.rejects(asked, (error) => error instanceof S3ProxyError && error.code === 'SSO_TIMEOUT')
  })
})

const path = '/revoke'

/** Starts a provider whose revocation endpoint gives this answer. */
async function start(t: TestContext, status: number) {
  const sso = await startIssuer(t)
  const forms: object[] = []
  sso.document = { revocation_endpoint: sso.url + path }
  sso.answers.set(path, async (response, request: IncomingMessage) => {
    const body = await text(request)
    const { authorization } = request.headers
    forms.push({ authorization, form: Object.fromEntries(new URLSearchParams(body)) })
    response.writeHead(status, { location: '/elsewhere' }).end()
  })
  return { sso, forms }
}
