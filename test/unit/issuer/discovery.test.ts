import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { untilTrue } from '../../helpers/eventually.ts'
import { discoveryPath, sendJson, startIssuer } from '../../helpers/issuer/start-issuer.ts'

describe('metadata', () => {
  it('is asked for once for all, and kept', async (t) => {
    const sso = await startIssuer(t)
    sso.document = { token_endpoint: 'http://sso.example/token', scopes_supported: ['openid'], mfa: true }
    const issuer = sso.issuer()
    assert.equal(issuer.name, sso.url)
    const all = await Promise.all(Array.from({ length: 50 }, () => issuer.metadata()))
    assert.deepEqual(new Set(all).size, 1)
    assert.deepEqual(all[0], {
      issuer: sso.url,
      jwks_uri: `${sso.url}/keys`,
      token_endpoint: 'http://sso.example/token',
      scopes_supported: ['openid'],
    })
    assert.deepEqual(sso.asked, [discoveryPath])
  })

  it('is asked for anew after an hour, and the old one is used meanwhile', async (t) => {
    const sso = await startIssuer(t)
    const issuer = sso.issuer()
    const first = await issuer.metadata()
    sso.pass(3_600_000)
    sso.answers.set(discoveryPath, (response) => response.writeHead(503).end())
    assert.equal(await issuer.metadata(), first)
    await untilTrue('the document was asked for', () => sso.asked.length === 2)
    assert.equal(await issuer.metadata(), first)
  })

  it('is found below the path of an issuer, and at the place of OAuth 2.0', async (t) => {
    const sso = await startIssuer(t)
    for (const [url, path] of [
      [`${sso.url}/realms/a`, '/realms/a/.well-known/openid-configuration'],
      [`${sso.url}/realms/a/`, '/realms/a/.well-known/openid-configuration'],
      [`${sso.url}/oauth/b`, '/.well-known/oauth-authorization-server/oauth/b'],
    ] as const) {
      sso.answers.set(path, (response) => sendJson(response, { issuer: url }))
      assert.deepEqual(await sso.issuer({ url }).metadata(), { issuer: url })
    }
  })

  it('names both issuers where they differ by a slash', async (t) => {
    const sso = await startIssuer(t)
    sso.document = { issuer: `${sso.url}/` }
    await assert.rejects(sso.issuer().metadata(), {
      code: 'SSO_BAD_ANSWER',
      message: `the discovery document of the SSO names the issuer ${sso.url}/, but sso.issuer is ${sso.url}`,
    })
  })

  it('moves what this server asks to the internal root, and nothing else', async (t) => {
    const sso = await startIssuer(t)
    sso.document = {
      issuer: 'http://sso.example/realm',
      authorization_endpoint: 'http://sso.example/realm/auth',
      token_endpoint: 'http://sso.example/realm/token',
      userinfo_endpoint: 'http://sso.example/realmother/me',
      jwks_uri: 'http://keys.example/realm',
    }
    sso.answers.set('/inner/.well-known/openid-configuration', (response) => sendJson(response, sso.document))
    const issuer = sso.issuer({ url: 'http://sso.example/realm', internalUrl: `${sso.url}/inner` })
    assert.deepEqual(await issuer.metadata(), {
      ...sso.document,
      token_endpoint: `${sso.url}/inner/token`,
    })
  })

  it('does not leave https', async (t) => {
    const sso = await startIssuer(t)
    const url = 'https://sso.example'
    sso.document = { issuer: url, token_endpoint: 'http://sso.example/token', jwks_uri: `${url}/keys` }
    await assert.rejects(sso.issuer({ url, internalUrl: sso.url }).metadata(), {
      code: 'SSO_BAD_ANSWER',
      message:
        'the discovery document of the SSO has a token_endpoint that is not a URL with https (sso.issuer)',
    })
  })

  for (const [what, document] of Object.entries({
    'an address that is a list': { token_endpoint: ['http://a.example'] },
    'an address that is a path': { authorization_endpoint: '/authorize' },
    'an address with a space': { jwks_uri: 'http://a.example/a b' },
    'an address with a fragment': { authorization_endpoint: 'http://a.example/#a' },
    'an address of a script': { authorization_endpoint: 'javascript:alert(1)' },
    'a list that is a text': { scopes_supported: 'openid' },
    'a list of numbers': { id_token_signing_alg_values_supported: [1] },
    'a flag that is a text': { authorization_response_iss_parameter_supported: 'true' },
    'no issuer': { issuer: undefined },
    'an issuer that is a list': { issuer: ['http://a.example'] },
  }))
    it(`fails with ${what}`, async (t) => {
      const sso = await startIssuer(t)
      sso.document = document
      await assert.rejects(sso.issuer().metadata(), { code: 'SSO_BAD_ANSWER', message: /sso\.issuer/ })
    })

  for (const [what, status, text, error] of [
    ['a page of 503', 503, '<html>', { code: 'SSO_UNAVAILABLE', message: /503 \(sso\.issuer\)$/ }],
    ['429', 429, '', { code: 'SSO_BUSY', retryAfterSeconds: 7 }],
    ['404', 404, '', { code: 'SSO_BAD_ANSWER', message: /is not at \.well-known.*404 \(sso\.issuer\)$/ }],
    ['a redirect', 301, '', { code: 'SSO_BAD_ANSWER', message: /301, and redirects are not followed/ }],
    ['HTML', 200, '<html>', { code: 'SSO_BAD_ANSWER', message: /is not a JSON object \(sso\.issuer\)$/ }],
    ['a list', 200, '[]', { code: 'SSO_BAD_ANSWER', message: /is not a JSON object/ }],
    [
      'too much',
      200,
      ' '.repeat(300_000),
      { code: 'SSO_BAD_ANSWER', message: /is larger than 262144 bytes/ },
    ],
  ] as const)
    it(`fails with ${what}, and asks once a second`, async (t) => {
      const sso = await startIssuer(t)
      sso.answers.set(discoveryPath, (response) =>
        response.writeHead(status, { 'retry-after': '7', location: '/keys' }).end(text),
      )
      const issuer = sso.issuer()
      for (let times = 0; times < 50; times++) await assert.rejects(issuer.metadata(), error)
      const asked = () => sso.asked.filter((path) => path === discoveryPath).length
      assert.equal(asked(), 1)
      sso.answers.clear()
      sso.pass(7000)
      assert.equal((await issuer.metadata()).issuer, sso.url)
      assert.equal(asked(), 2)
    })

  it('fails in time where the answer never ends', async (t) => {
    const sso = await startIssuer(t)
    sso.answers.set(discoveryPath, (response) => response.writeHead(200).write('{'))
    await assert.rejects(sso.issuer({ timeoutMs: 50 }).metadata(), {
      code: 'SSO_TIMEOUT',
      message: 'the discovery document of the SSO did not come within 50 ms (sso.issuer)',
    })
  })

  it('fails where nobody listens', async (t) => {
    const sso = await startIssuer(t)
    const issuer = sso.issuer({ url: 'http://127.0.0.1:9', option: 'bearer.issuer' })
    await assert.rejects(issuer.metadata(), { code: 'SSO_UNAVAILABLE', message: /\(bearer\.issuer\): / })
  })
})
