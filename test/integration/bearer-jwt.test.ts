import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { askForToken, getToken } from '../helpers/clients/get-token.ts'
import type { OpenidProvider } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const audience = 'https://assets.example.com'
const redirectUri = 'https://program.example.com/callback'

async function start(t: TestContext, more: Record<string, string> = {}) {
  const sso = await startOpenidProvider()
  t.after(() => sso.close())
  sso.allowRedirect(redirectUri)
  const env = { S3PROXY_BEARER_ACCEPT: 'jwt', S3PROXY_BEARER_AUDIENCE: audience, ...more }
  const stage = await startStageInProcess(t, { sso, env })
  const ask = (token: string, path = '/page.html', accept = '*/*') =>
    stage.browser().request(stage.origin + path, { headers: { authorization: `Bearer ${token}`, accept } })
  return { ...stage, env, ask }
}

/** Signs ada in at the provider as a program does. */
function tokenOf(sso: OpenidProvider, more: Record<string, string> = { resource: audience }) {
  const urls = { authorizeUrl: `${sso.issuer}/auth`, tokenUrl: `${sso.issuer}/token` }
  const { clientId } = sso.clients.public
  return getToken({ ...urls, clientId, redirectUri, scope: sso.scope, login: 'ada', more })
}

describe('an access token of oidc-provider that is a JWT', { timeout: 60_000 }, () => {
  it('opens objects on every instance, and names its person as a login does', async (t) => {
    const { sso, env, ask, log } = await start(t)
    const { access_token: token } = await tokenOf(sso)
    const other = await startStageInProcess(t, { sso, env })
    for (const { text, headers } of [
      await ask(token),
      await ask(token),
      await other.browser().request(`${other.origin}/page.html`, {
        headers: { authorization: `Bearer ${token}` },
      }),
    ]) {
      assert.equal(text, '<h1>page</h1>')
      assert.equal(headers['set-cookie'], undefined)
    }
    const lines = [...log, ...other.log].filter((line) => line.msg === 'request')
    for (const { who, bearer } of lines) assert.deepEqual([who, bearer], [`${sso.issuer}#ada`, 'accepted'])
    assert.equal(lines.length, 3)
    const me = JSON.parse((await ask(token, '/__s3proxy/me')).text)
    assert.deepEqual([me.email, me.emailVerified], ['ada@example.com', true])
    assert.equal(sso.calls.introspection + sso.calls.userinfo, 0)
    assert.ok(!JSON.stringify([...log, ...other.log]).includes(token.slice(0, 60)))
  })

  it('is refused for another site, and so are id tokens and opaque ones', async (t) => {
    const { sso, ask } = await start(t)
    const other = await tokenOf(sso, { resource: 'https://elsewhere.example.com' })
    const opaque = await tokenOf(sso, {})
    for (const [token, reason] of [
      [other.access_token, /the token is for another audience \(aud\)/],
      [opaque.access_token, /the token is not a signed JSON Web Token/],
      [opaque.id_token, /the token is of another type \(typ\)/],
    ] as const) {
      assert.ok(token !== undefined)
      const answer = await ask(token)
      assert.equal(answer.status, 401)
      assert.match(answer.headers['www-authenticate'] ?? '', reason)
    }
  })

  it('is refused as an id token where plain JWTs are taken, whatever the audience', async (t) => {
    const { sso, ask } = await start(t, {
      S3PROXY_BEARER_ALLOW_PLAIN_JWT: 'true',
      S3PROXY_BEARER_AUDIENCE: 'client-public',
    })
    const { id_token: token = '' } = await tokenOf(sso, {})
    const answer = await ask(token)
    assert.equal(answer.status, 401)
    assert.match(answer.headers['www-authenticate'] ?? '', /the token has no claim of an access token/)
  })

  it('may belong to a program alone', async (t) => {
    const { sso, ask, log } = await start(t)
    const { clientId, clientSecret } = sso.clients.service
    const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const fields = { grant_type: 'client_credentials', resource: audience, scope: 'read' }
    const { access_token: token } = await askForToken(`${sso.issuer}/token`, fields, {
      authorization: `Basic ${pair}`,
    })
    assert.equal((await ask(token)).status, 200)
    assert.equal(log.find((line) => line.msg === 'request')?.who, `${sso.issuer}#${clientId}`)
  })

  it('needs its scopes', async (t) => {
    const { sso, ask } = await start(t, { S3PROXY_BEARER_SCOPES: 'email,admin' })
    const answer = await ask((await tokenOf(sso)).access_token)
    assert.equal(answer.status, 403)
    assert.match(answer.headers['www-authenticate'] ?? '', /error="insufficient_scope", scope="email admin"/)
  })

  it('gets 503 while the provider is away and its keys are not known, and never 401', async (t) => {
    const { sso, ask } = await start(t)
    const { access_token: token } = await tokenOf(sso)
    await sso.close()
    const away = await ask(token)
    assert.equal(away.status, 503)
    assert.ok(Number(away.headers['retry-after']) >= 1)
    assert.equal(away.headers['www-authenticate'], undefined)
  })

  it('is taken while the provider is away, once its keys are known', async (t) => {
    const { sso, ask } = await start(t)
    const [first, second] = [await tokenOf(sso), await tokenOf(sso)]
    assert.equal((await ask(first.access_token)).status, 200)
    await sso.close()
    for (const { access_token: token } of [first, second]) assert.equal((await ask(token)).status, 200)
  })

  it('is got where the document of this site says', async (t) => {
    const { sso, origin, browser } = await start(t, { S3PROXY_BEARER_TERMINAL_CLIENT_ID: 'client-device' })
    const refused = await browser().request(`${origin}/page.html`, {
      headers: { accept: 'application/json' },
    })
    const [, address = ''] =
      /resource_metadata="([^"]+)"/.exec(refused.headers['www-authenticate'] ?? '') ?? []
    const document = JSON.parse((await browser().request(address)).text)
    assert.deepEqual(document.authorization_servers, [sso.issuer])
    assert.deepEqual([document.resource, document.client_id], [origin, 'client-device'])
  })
})
