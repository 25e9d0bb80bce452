import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { locationOf, signInAt } from '../helpers/clients/sign-in.ts'
import { startOidcSso } from '../helpers/sso/oidc-sso.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a login at a certified authorization server', () => {
  it('is in order from the redirect to the object, in every tab', async (t) => {
    const { origin, sso, browser } = await start(t)
    const jo = browser()
    const callbacks: string[] = []
    for (const tab of [0, 1, 2]) {
      const begun = locationOf(await jo.request(`${origin}/page.html?tab=${tab}`))
      callbacks.push(await signInAt(jo, begun))
    }
    assert.match(callbacks[0] ?? '', /[?&]iss=/)
    for (const tab of [2, 0, 1])
      assert.equal(locationOf(await jo.request(callbacks[tab] ?? '')), `${origin}/page.html?tab=${tab}`)
    assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
    assert.equal(sso.counters.token, 3)
  })

  it('gives nothing to whoever replays a callback, or brings it to another browser', async (t) => {
    const { origin, sso, browser } = await start(t)
    const [jo, eve] = [browser(), browser()]
    const callback = await signInAt(jo, locationOf(await jo.request(`${origin}/page.html`)))
    const restarted = locationOf(await eve.request(callback))
    assert.ok(restarted.startsWith(`${sso.url}o/authorize/`))
    assert.equal(sso.counters.token, 0)
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
    const session = jo.jar.get('s3proxy_session')
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
    assert.equal(jo.jar.get('s3proxy_session'), session)
    assert.equal(eve.jar.get('s3proxy_session'), undefined)
    assert.equal(sso.counters.token, 1)
  })

  it('is refused with 403 where the visitor refuses', async (t) => {
    const { origin, sso, browser } = await start(t)
    const jo = browser()
    const begun = locationOf(await jo.request(`${origin}/page.html`))
    const answer = await jo.request(await signInAt(jo, begun, { isRefused: true }))
    assert.equal(answer.status, 403)
    assert.match(answer.text, /LOGIN_DENIED/)
    assert.equal(sso.counters.token, 0)
  })

  it('finds the SSO at whole addresses, with a query that stays, and without a root URL', async (t) => {
    const paths = { authorize: '/auth', token: '/token', me: '/me' }
    const sso = await startOidcSso({ paths })
    t.after(() => sso.close())
    const { origin, browser } = await startStageInProcess(t, {
      sso,
      env: {
        SSO_URL: '',
        S3PROXY_SSO_AUTHORIZE_URL: `${sso.url}auth?ui_locales=cy`,
        S3PROXY_SSO_TOKEN_URL: `${sso.url}token`,
        S3PROXY_SSO_IDENTITY_URL: `${sso.url}me`,
      },
    })
    sso.allowRedirect(`${origin}/__redirect_from_sso`)
    const jo = browser()
    const begun = locationOf(await jo.request(`${origin}/page.html`))
    assert.ok(begun.startsWith(`${sso.url}auth?ui_locales=cy&scope=`))
    assert.equal((await jo.follow(await signInAt(jo, begun))).text, '<h1>page</h1>')
    assert.deepEqual(sso.counters, { authorize: 1, token: 1, me: 1 })
  })

  it('ends when the tokens are revoked', async (t) => {
    const { origin, sso, browser } = await start(t, { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' })
    const jo = browser()
    await jo.request(await signInAt(jo, locationOf(await jo.request(`${origin}/page.html`))))
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
    sso.revokeTokens()
    assert.ok(locationOf(await jo.request(`${origin}/page.html`)).startsWith(`${sso.url}o/authorize/`))
  })
})

async function start(t: TestContext, env: Record<string, string> = {}) {
  const sso = await startOidcSso()
  t.after(() => sso.close())
  const stage = await startStageInProcess(t, { sso, env })
  sso.allowRedirect(`${stage.origin}/__redirect_from_sso`)
  return stage
}
