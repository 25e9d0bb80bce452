import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { locationOf, logIn, signInAt } from '../helpers/clients/sign-in.ts'
import { fileWith } from '../helpers/config/file-with.ts'
import { eventually } from '../helpers/eventually.ts'
import type { OpenidProviderOptions } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a login at an OpenID provider', () => {
  it('needs its issuer only, and names the person by issuer and subject', async (t) => {
    const { origin, sso, browser } = await start(t)
    const ada = browser()
    const begun = new URL(locationOf(await ada.request(`${origin}/page.html`)))
    assert.equal(begun.origin, sso.issuer)
    assert.equal(begun.searchParams.get('scope'), 'openid profile email')
    assert.match(begun.searchParams.get('nonce') ?? '', /^[\w-]{43}$/)
    const callback = await signInAt(ada, begun.href, { login: 'ada' })
    assert.equal(new URL(callback).searchParams.get('iss'), sso.issuer)
    assert.equal((await ada.follow(callback)).text, '<h1>page</h1>')
    const me = await ada.request(`${origin}/__s3proxy/me`, { headers: { accept: 'application/json' } })
    const person = JSON.parse(me.text)
    assert.equal(person.id, `${sso.issuer}#ada`)
    assert.deepEqual(
      [person.name, person.email, person.emailVerified],
      ['Ada Lovelace', 'ada@example.com', true],
    )
    assert.deepEqual([sso.calls.discovery, sso.calls.token, sso.calls.userinfo, sso.calls.keys], [1, 1, 1, 1])
  })

  for (const name of ['basic', 'post', 'public', 'signed'] as const)
    it(`works for the application ${name}`, async (t) => {
      const { sso, stage } = await prepared(t)
      const { clientId, clientSecret, privateKeyPem } = sso.clients[name]
      const env: Record<string, string> = { SSO_CLIENT_ID: clientId, SSO_CLIENT_SECRET: clientSecret }
      if (privateKeyPem !== undefined) env.S3PROXY_SSO_CLIENT_KEY_FILE = fileWith(t, privateKeyPem)
      if (name === 'public') env.S3PROXY_SSO_CLIENT_AUTHENTICATION = 'none'
      if (name === 'post') env.S3PROXY_SSO_CLIENT_AUTHENTICATION = 'post'
      const { origin, browser } = await stage(env)
      assert.equal((await logIn(browser(), `${origin}/page.html`)).text, '<h1>page</h1>')
      assert.deepEqual(sso.tokenCalls, [{ grantType: 'authorization_code', clientId }])
    })

  it('takes each key that the provider has, and looks for an unknown one once in 30 s', async (t) => {
    const { origin, sso, browser } = await start(t)
    await sso.rotateKeys()
    for (let times = 0; times < 2; times++)
      assert.equal((await logIn(browser(), `${origin}/page.html`)).status, 200)
    await sso.rotateKeys({ isOldWithdrawn: true })
    const refused = await logIn(browser(), `${origin}/page.html`)
    assert.equal(refused.status, 502)
    assert.match(refused.text, /SSO_ID_TOKEN/)
    assert.equal(sso.calls.keys, 1)
  })

  it('takes an algorithm of elliptic curves, and claims of the id token', async (t) => {
    const { origin, browser, who } = await start(t, { idTokenAlgorithm: 'ES256', hasClaimsInIdToken: true })
    const bob = browser()
    await logIn(bob, `${origin}/page.html`, { login: 'bob' })
    assert.equal((await who(bob)).email, 'Bob@Example.com')
  })

  it('is refused where the callback names another issuer, or none', async (t) => {
    const { origin, sso, browser, log } = await start(t)
    for (const change of [
      (query: URLSearchParams) => query.set('iss', 'https://evil.example'),
      (query: URLSearchParams) => query.delete('iss'),
      (query: URLSearchParams) => query.set('iss', ''),
      (query: URLSearchParams) => query.append('iss', sso.issuer),
    ]) {
      const eve = browser()
      const callback = new URL(await signInAt(eve, locationOf(await eve.request(`${origin}/page.html`))))
      change(callback.searchParams)
      const answer = await eve.request(callback.href)
      assert.equal(answer.status, 502)
      assert.match(answer.text, /SSO_BAD_ANSWER/)
    }
    assert.equal(sso.calls.token, 0)
    assert.equal(
      log.filter(({ msg }) => /the callback of a login (?:names another|has no) issuer/.test(String(msg)))
        .length,
      4,
    )
  })

  it('ends with the next check where the provider takes its tokens back', async (t) => {
    const { origin, sso, browser } = await start(t, {}, { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' })
    const ada = browser()
    await logIn(ada, `${origin}/page.html`)
    assert.equal((await ada.request(`${origin}/page.html`)).status, 200)
    // The refresh token gets another one, once.
    sso.revokeTokens()
    assert.equal((await ada.request(`${origin}/page.html`)).status, 200)
    assert.deepEqual(
      sso.tokenCalls.map(({ grantType }) => grantType),
      ['authorization_code', 'refresh_token'],
    )
    sso.revokeTokens()
    sso.revokeRefreshTokens()
    assert.equal((await ada.request(`${origin}/page.html`)).status, 302)
  })

  it('knows new claims with the next check', async (t) => {
    const { origin, sso, browser, who } = await start(t, {}, { SSO_TOKEN_CHECK_GRACE_PERIOD: '1' })
    const ada = browser()
    await logIn(ada, `${origin}/page.html`, { login: 'ada' })
    assert.equal((await who(ada)).name, 'Ada Lovelace')
    sso.setClaims('ada', { name: 'Ada King' })
    const isNew = (person: { name: string; groups: unknown }) => person.name === 'Ada King'
    const { groups } = await eventually(() => who(ada), isNew)
    assert.equal(groups, 'unknown')
  })

  it('begins as soon as a provider is there that was away at the start', async (t) => {
    const { sso, stage } = await prepared(t)
    await sso.close()
    const { origin, browser } = await stage({})
    const ada = browser()
    const away = await ada.request(`${origin}/page.html`)
    assert.equal(away.status, 502)
    assert.match(away.text, /SSO_UNAVAILABLE/)
    await sso.open()
    const ask = () => ada.request(`${origin}/page.html`)
    const answer = await eventually(ask, ({ status }) => status === 302)
    assert.equal((await ada.follow(await signInAt(ada, locationOf(answer)))).text, '<h1>page</h1>')
  })

  it('does not begin where the issuer is another one, and says which', async (t) => {
    const { sso, stage } = await prepared(t)
    const { origin, browser, log } = await stage({ S3PROXY_SSO_ISSUER: `${sso.issuer}/` })
    assert.equal((await browser().request(`${origin}/page.html`)).status, 502)
    const said = `names the issuer ${sso.issuer}, but sso.issuer is ${sso.issuer}/`
    assert.ok(
      log.some(({ msg }) => String(msg).includes(said)),
      JSON.stringify(log),
    )
  })
})

/** An OpenID provider, and proxies that it knows. */
async function prepared(t: TestContext, options: OpenidProviderOptions = {}) {
  const sso = await startOpenidProvider(options)
  t.after(() => sso.close())
  const { issuer, clientId, clientSecret } = sso
  const stage = async (env: Record<string, string>) => {
    const started = await startStageInProcess(t, { sso: { issuer, clientId, clientSecret }, env })
    sso.allowRedirect(`${started.origin}/__redirect_from_sso`)
    return started
  }
  return { sso, stage }
}

async function start(t: TestContext, options: OpenidProviderOptions = {}, env: Record<string, string> = {}) {
  const { sso, stage } = await prepared(t, options)
  const started = await stage(env)
  const who = async (client: ReturnType<typeof started.browser>) => {
    const me = await client.request(`${started.origin}/__s3proxy/me`, {
      headers: { accept: 'application/json' },
    })
    return JSON.parse(me.text)
  }
  return { ...started, sso, who }
}
