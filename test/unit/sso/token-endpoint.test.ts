import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import type { ClientIdentity } from '../../../src/sso/client-authentication.ts'
import { createTokenEndpoint } from '../../../src/sso/token-endpoint.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'

const clientId = 'proxy client'
const clientSecret = 'sso secret/+&=%:'
const login = { code: 'the-code', codeVerifier: 'v'.repeat(43), redirectUri: 'https://a.example.com/back' }
const fieldsOfLogin = {
  grant_type: 'authorization_code',
  code: login.code,
  redirect_uri: login.redirectUri,
  code_verifier: login.codeVerifier,
}

describe('createTokenEndpoint', () => {
  it('puts the secret into the form', async (t) => {
    const asked = await exchange(t, { clientId, clientSecret, clientAuthentication: 'post' })
    assert.equal(asked.headers.authorization, undefined)
    assert.deepEqual(asked.fields, { ...fieldsOfLogin, client_id: clientId, client_secret: clientSecret })
  })

  it('puts the secret into the header, where id and secret are form-encoded first', async (t) => {
    const asked = await exchange(t, { clientId, clientSecret, clientAuthentication: 'basic' })
    const [, pair = ''] = /^Basic (.+)$/.exec(asked.headers.authorization ?? '') ?? []
    const decoded = Buffer.from(pair, 'base64').toString()
    assert.equal(decoded, 'proxy+client:sso+secret%2F%2B%26%3D%25%3A')
    assert.deepEqual(asked.fields, fieldsOfLogin)
  })

  it('says nothing but its id as a public client, whatever secret there is', async (t) => {
    const asked = await exchange(t, { clientId, clientSecret, clientAuthentication: 'none' })
    assert.equal(asked.headers.authorization, undefined)
    assert.deepEqual(asked.fields, { ...fieldsOfLogin, client_id: clientId })
  })

  it('brings a new assertion to every call', async (t) => {
    let made = 0
    const client: ClientIdentity = {
      ...{ clientId, clientSecret, clientAuthentication: 'private_key_jwt' },
      clientAssertion: () => `a.b.${++made}`,
    }
    for (const assertion of ['a.b.1', 'a.b.2']) {
      const asked = await exchange(t, client)
      assert.equal(asked.headers.authorization, undefined)
      assert.deepEqual(asked.fields, {
        ...{ ...fieldsOfLogin, client_id: clientId },
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      })
    }
  })

  it('asks for JSON, which GitHub gives only where it is asked for', async (t) => {
    const { headers } = await exchange(t, { clientId, clientAuthentication: 'none' })
    assert.equal(headers.accept, 'application/json')
  })

  it('asks at the very address that was given', async (t) => {
    const client: ClientIdentity = { clientId, clientAuthentication: 'none' }
    for (const path of ['/', '/oauth/token', '/a//token/'])
      assert.equal((await exchange(t, client, path)).target, path)
  })
})

interface Asked {
  target: string | undefined
  headers: IncomingHttpHeaders
  fields: Record<string, string>
}

/** Exchanges a code at a server that takes everything. @returns what it was sent */
async function exchange(t: TestContext, client: ClientIdentity, path = '/token'): Promise<Asked> {
  let asked: Asked | undefined
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const form = new URLSearchParams(body)
    // A field that comes twice is an error of OAuth (RFC 6749 section 3.2).
    assert.equal([...form.keys()].length, new Set(form.keys()).size)
    asked = { target: request.url, headers: request.headers, fields: Object.fromEntries(form) }
    response.end('{"access_token": "the-token"}')
  })
  const { origin } = await listenOnLoopback(server, t)
  const { exchangeCode } = createTokenEndpoint({
    ...client,
    url: origin + path,
    timeoutMs: 5000,
    userAgent: 's3proxy/1.2.3',
    now: Date.now,
  })
  assert.deepEqual(await exchangeCode(login), { accessToken: 'the-token' })
  assert.ok(asked !== undefined)
  return asked
}
