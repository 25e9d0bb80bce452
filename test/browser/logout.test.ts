import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { OpenidProvider } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'
import { launchBrowser } from './launch.ts'

let browser: Browser

describe('signing out in a browser', { timeout: 120_000 }, () => {
  before(async () => {
    browser = await launchBrowser()
  })
  after(() => browser?.close())

  it('goes through the OpenID provider, back to the signed-out page, and asks for the name again', async (t) => {
    const { origin, sso, page, complaints } = await signedIn(t)
    await page.goto(`${origin}/__s3proxy/logout`)
    assert.match((await page.textContent('main')) ?? '', /You are signed in as Ada Lovelace/)
    await page.click('button')
    await page.waitForURL((url) => url.href.startsWith(`${sso.issuer}/session/end?`))
    await page.click('button:text("Sign out")')
    await page.waitForURL(`${origin}/__s3proxy/signed-out?state=sso`)
    assert.equal(await page.textContent('h1'), 'Signed out')
    assert.deepEqual(complaints, [])
    const { cookies } = await page.context().storageState()
    assert.equal(
      cookies.some(({ name }) => name === 's3proxy_session'),
      false,
    )
    await page.click('text=Sign in again')
    await page.waitForSelector('input[name=password]')
  })

  it('leads back at once where nobody is signed in at the provider any more', async (t) => {
    const { origin, sso, page, complaints } = await signedIn(t)
    sso.endSessions()
    await page.goto(`${origin}/__s3proxy/logout`)
    await page.click('button')
    await page.waitForURL(`${origin}/__s3proxy/signed-out?state=sso`)
    assert.deepEqual(complaints, [])
  })
})

/** The proxy is another site than the provider, as in production. */
async function signedIn(t: TestContext) {
  const sso = await startOpenidProvider()
  t.after(() => sso.close())
  const origin = await startProxy(t, sso)
  const context = await browser.newContext()
  t.after(() => context.close())
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await page.goto(`${origin}/page.html`)
  await page.fill('input[name=login]', 'ada')
  await page.fill('input[name=password]', 'any')
  await page.click('button:text("Sign in")')
  await page.waitForURL(`${origin}/page.html`)
  return { origin, sso, page, complaints }
}

async function startProxy(t: TestContext, sso: OpenidProvider): Promise<string> {
  const { issuer, clientId, clientSecret } = sso
  const stage = await startStageInProcess(t, { sso: { issuer, clientId, clientSecret } })
  const origin = stage.origin.replace('127.0.0.1', 'localhost')
  sso.allowRedirect(`${origin}/__redirect_from_sso`)
  sso.allowPostLogoutRedirect(`${origin}/__s3proxy/signed-out`)
  return origin
}

/** Complaints of the browser about a breach of a policy, such as the content security policy of the page. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/policy/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}
