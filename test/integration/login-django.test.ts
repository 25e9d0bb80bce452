import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { locationOf, signInAt } from '../helpers/clients/sign-in.ts'
import { type DjangoSso, findDjangoPython, startDjangoSso } from '../helpers/sso/django-sso.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const python = findDjangoPython()

if (python === undefined) {
  console.log('DJANGO_PYTHON is not set: no login at Django OAuth Toolkit')
  if (process.env.REQUIRE_DJANGO === '1') it('finds Django', () => assert.fail('REQUIRE_DJANGO is 1'))
} else describeLogin(python)

function describeLogin(program: string): void {
  describe('a login at Django OAuth Toolkit', { timeout: 120_000 }, () => {
    let sso: DjangoSso
    before(async () => {
      sso = await startDjangoSso(program)
    })
    after(() => sso?.close())

    /** Starts a proxy whose callback the SSO knows. It checks the token at every request. */
    async function start(
      t: TestContext,
      settings: Partial<DjangoSso> = {},
      more: Record<string, string> = {},
    ) {
      const env = { SSO_TOKEN_CHECK_GRACE_PERIOD: '0', ...more }
      const stage = await startStageInProcess(t, { sso: { ...sso, ...settings }, env })
      await sso.order('allow-redirect', `${stage.origin}/__redirect_from_sso`)
      return stage
    }
    const beginAt = async (client: HttpClient, url: string) => locationOf(await client.request(url))
    const isLogin = (location: string) => location.startsWith(`${sso.url}o/authorize/?`)

    it('is in order from the redirect to the object, in every tab', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      const callbacks: string[] = []
      for (const tab of [0, 1, 2])
        callbacks.push(await signInAt(jo, await beginAt(jo, `${origin}/page.html?tab=${tab}`)))
      for (const tab of [2, 0, 1])
        assert.equal(locationOf(await jo.request(callbacks[tab] ?? '')), `${origin}/page.html?tab=${tab}`)
      assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
    })

    it('asks nobody for name and password who is signed in there', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      jo.jar.delete('s3proxy_session')
      assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
    })

    it('tells the audit line who it was', async (t) => {
      const { origin, browser, log } = await start(t)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`), { login: 'ada' }))
      assert.ok(log.some((line) => JSON.stringify(line).includes('id-of-ada')))
    })

    it('tells it by a claim within another, where that was chosen', async (t) => {
      const env = { S3PROXY_SSO_USER_CLAIM: '/account/badge~1number' }
      const { origin, browser, log } = await start(t, {}, env)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`), { login: 'ada' }))
      assert.ok(log.some((line) => JSON.stringify(line).includes('badge-of-ada')))
      assert.ok(!log.some((line) => JSON.stringify(line).includes('id-of-ada')))
    })

    it('gives nothing to whoever replays a callback, or brings it to another browser', async (t) => {
      const { origin, browser } = await start(t)
      const [jo, eve] = [browser(), browser()]
      const callback = await signInAt(jo, await beginAt(jo, `${origin}/page.html`))
      assert.ok(isLogin(locationOf(await eve.request(callback))))
      assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
      const session = jo.jar.get('s3proxy_session')
      assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
      assert.equal(jo.jar.get('s3proxy_session'), session)
      assert.equal(eve.jar.get('s3proxy_session'), undefined)
    })

    it('is refused with 403, and a way to start again, where the code is forged or too old', async (t) => {
      const { origin, browser } = await start(t)
      for (const spoil of [
        (callback: string) => callback.replace(/\bcode=[^&]+/, 'code=forged'),
        async (callback: string) => {
          await sso.order('expire-codes')
          return callback
        },
      ]) {
        const jo = browser()
        const callback = await signInAt(jo, await beginAt(jo, `${origin}/page.html`))
        const answer = await jo.request(await spoil(callback))
        assert.equal(answer.status, 403)
        assert.ok(answer.text.includes(`href="${origin}/page.html"`), answer.text)
        assert.equal(jo.jar.get('s3proxy_session'), undefined)
        assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
      }
    })

    it('blames the settings where the client secret is wrong', async (t) => {
      const { origin, browser, log } = await start(t, { clientSecret: 'wrong' })
      const jo = browser()
      const answer = await jo.request(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      assert.equal(answer.status, 401)
      assert.equal(jo.jar.get('s3proxy_session'), undefined)
      assert.ok(log.some((line) => line.level === 'warn' && /clientSecret/.test(JSON.stringify(line))))
    })

    it('is in order with the secret in the header', async (t) => {
      const env = { S3PROXY_SSO_CLIENT_AUTHENTICATION: 'basic' }
      const { origin, browser } = await start(t, {}, env)
      const jo = browser()
      const answer = await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      assert.equal(answer.text, '<h1>page</h1>')
    })

    it('ends at the SSO where the redirect URI is not registered', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      const headers = { host: 'not-registered.example' }
      const begun = locationOf(await jo.request(`${origin}/page.html`, { headers }))
      await assert.rejects(signInAt(jo, begun), /no redirect from .*: 400/)
    })

    it('begins again when the tokens were revoked', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
      await sso.order('revoke-tokens')
      assert.ok(isLogin(await beginAt(jo, `${origin}/page.html`)))
      assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
    })

    it('lasts by its refresh tokens, each of which the SSO takes once, however many requests come', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      for (let round = 0; round < 3; round++) {
        await sso.order('expire-tokens')
        const asked = Array.from({ length: 20 }, () => jo.request(`${origin}/page.html`))
        for (const answer of await Promise.all(asked)) assert.equal(answer.text, '<h1>page</h1>')
      }
    })

    it('is signed out here, and asked for a name after the session there has ended too', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      const headers = { origin }
      const out = await jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers })
      assert.equal(out.status, 303)
      const begun = await beginAt(jo, `${origin}/page.html`)
      assert.ok(isLogin(begun))
      await sso.order('end-sessions')
      assert.match(locationOf(await jo.request(begun)), /^\/sign-in\//)
    })

    it('is in order by OpenID Connect, too', async (t) => {
      const { openidIssuer: issuer, clientId, clientSecret } = sso
      const { origin, browser } = await startStageInProcess(t, { sso: { issuer, clientId, clientSecret } })
      await sso.order('allow-redirect', `${origin}/__redirect_from_sso`)
      const ada = browser()
      const callback = await signInAt(ada, await beginAt(ada, `${origin}/page.html`), { login: 'ada' })
      assert.equal((await ada.follow(callback)).text, '<h1>page</h1>')
      const headers = { accept: 'application/json' }
      const person = JSON.parse((await ada.request(`${origin}/__s3proxy/me`, { headers })).text)
      assert.ok(person.id.startsWith(`${issuer}#`))
      assert.deepEqual(
        [person.name, person.email, person.groups],
        ['Ada Example', 'ada@example.com', ['group-of-ada']],
      )
    })

    it('is 403 for who does not agree', async (t) => {
      const { origin, browser } = await start(t)
      const jo = browser()
      await jo.follow(await signInAt(jo, await beginAt(jo, `${origin}/page.html`)))
      await sso.order('ask-for-consent')
      await sso.order('revoke-tokens')
      const begun = await beginAt(jo, `${origin}/page.html`)
      const answer = await jo.request(await refuseAt(jo, begun))
      assert.equal(answer.status, 403)
      assert.match(answer.text, /LOGIN_DENIED/)
    })
  })
}

/** Presses the refusing button of the toolkit's page. @returns the target of its redirect */
async function refuseAt(client: HttpClient, authorizeUrl: string): Promise<string> {
  const page = await client.request(authorizeUrl)
  const form = new URLSearchParams()
  for (const [, name = '', value = ''] of page.text.matchAll(hiddenField)) form.set(name, unescapeHtml(value))
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return locationOf(await client.request(authorizeUrl, { method: 'POST', headers, body: `${form}` }))
}

const hiddenField = /<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"/g

function unescapeHtml(text: string): string {
  return text.replaceAll('&#x27;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
