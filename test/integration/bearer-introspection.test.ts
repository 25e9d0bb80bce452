import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { getToken } from '../helpers/clients/get-token.ts'
import { findDjangoPython, startDjangoSso } from '../helpers/sso/django-sso.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import type { SsoAddress } from '../helpers/stage/environment.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const redirectUri = 'https://program.example.com/callback'

async function start<Sso extends SsoAddress>(t: TestContext, sso: Sso, more: Record<string, string>) {
  const env = { S3PROXY_BEARER_ACCEPT: 'introspection', ...more }
  const stage = await startStageInProcess(t, { sso, env })
  const ask = (token: string) =>
    stage.browser().request(`${stage.origin}/page.html`, { headers: { authorization: `Bearer ${token}` } })
  return { ...stage, ask }
}

describe('an opaque access token of oidc-provider', { timeout: 60_000 }, () => {
  it('is asked about once in a minute, and named as a login is', async (t) => {
    const sso = await startOpenidProvider()
    t.after(() => sso.close())
    sso.allowRedirect(redirectUri)
    const { ask, log } = await start(t, sso, { S3PROXY_BEARER_SCOPES: 'email' })
    const urls = { authorizeUrl: `${sso.issuer}/auth`, tokenUrl: `${sso.issuer}/token` }
    const tokenOf = async () => {
      const wish = { ...urls, clientId: sso.clients.public.clientId, redirectUri, login: 'ada' }
      return (await getToken({ ...wish, scope: sso.scope })).access_token
    }
    const [token, withdrawn, late] = [await tokenOf(), await tokenOf(), await tokenOf()]
    for (const answer of await Promise.all([ask(token), ask(token)])) assert.equal(answer.status, 200)
    assert.equal((await ask(token)).text, '<h1>page</h1>')
    assert.equal(sso.calls.introspection, 1)
    const line = log.find((entry) => entry.msg === 'request')
    assert.deepEqual([line?.who, line?.bearer], [`${sso.issuer}#ada`, 'accepted'])

    sso.revokeTokens()
    const refused = await ask(withdrawn)
    assert.equal(refused.status, 401)
    assert.match(refused.headers['www-authenticate'] ?? '', /the token is not active/)

    await sso.close()
    assert.equal((await ask(late)).status, 503)
    assert.equal((await ask(token)).status, 200)
    assert.ok(!JSON.stringify(log).includes(token))
  })
})

const python = findDjangoPython()

describe('an access token of Django OAuth Toolkit', { timeout: 60_000, skip: python === undefined }, () => {
  it('is for the site that it was asked for, or has its scopes', async (t) => {
    const sso = await startDjangoSso(python ?? '')
    t.after(() => sso.close())
    await sso.order('allow-redirect', redirectUri)
    const introspectionUrl = { S3PROXY_BEARER_INTROSPECTION_URL: `${sso.url}o/introspect/` }
    const urls = { authorizeUrl: `${sso.url}o/authorize/`, tokenUrl: `${sso.url}o/token/` }
    const wish = {
      ...urls,
      clientId: sso.clientId,
      clientSecret: sso.clientSecret,
      redirectUri,
      login: 'ada',
    }
    const more = { resource: 'https://assets.example.com' }
    const forThis = await getToken({ ...wish, scope: 'read', more })
    const forAnybody = await getToken({ ...wish, scope: 'read' })

    const byAudience = await start(t, sso, { ...introspectionUrl, S3PROXY_BEARER_AUDIENCE: more.resource })
    assert.equal((await byAudience.ask(forThis.access_token)).status, 200)
    assert.equal(byAudience.log.find((line) => line.msg === 'request')?.who, 'ada')
    const refused = await byAudience.ask(forAnybody.access_token)
    assert.match(refused.headers['www-authenticate'] ?? '', /the token is for another audience/)

    const byScope = await start(t, sso, {
      ...introspectionUrl,
      S3PROXY_BEARER_SCOPES: 'read',
      S3PROXY_SSO_CLIENT_AUTHENTICATION: 'basic',
    })
    assert.equal((await byScope.ask(forAnybody.access_token)).status, 200)
    assert.equal((await byScope.ask((await getToken({ ...wish, scope: 'other' })).access_token)).status, 403)
    await sso.order('revoke-tokens')
    assert.equal((await byScope.ask(forThis.access_token)).status, 401)
  })

  it('gets 503 where the endpoint does not take who asks', async (t) => {
    const sso = await startDjangoSso(python ?? '')
    t.after(() => sso.close())
    const { ask, log } = await start(
      t,
      { ...sso, clientSecret: 'wrong' },
      {
        S3PROXY_BEARER_INTROSPECTION_URL: `${sso.url}o/introspect/`,
        S3PROXY_BEARER_AUDIENCE: 'a',
      },
    )
    assert.equal((await ask('any')).status, 503)
    const line = log.find(({ code }) => code === 'BEARER_UNAVAILABLE')
    assert.match(
      String(line?.msg),
      /SSO_BAD_ANSWER, the introspection endpoint answered 40\d \(sso\.clientId/,
    )
  })
})
