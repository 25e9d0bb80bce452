import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { locationOf } from '../helpers/clients/sign-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('signing out', () => {
  it('takes the button of our own page, and ends the session for everybody who has its cookie', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    const cookie = jo.jar.header('127.0.0.1', '/')
    const page = await jo.request(`${origin}/__s3proxy/logout`)
    assert.equal(page.status, 200)
    assert.match(page.text, /<form method="post"><button>/)
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)

    const out = await jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers: { origin } })
    const signedOut = `${origin}/__s3proxy/signed-out`
    assert.deepEqual([out.status, out.headers.location], [303, signedOut])
    assert.match((await jo.request(signedOut)).text, /signed out/)
    assert.equal(jo.jar.get('s3proxy_session'), undefined)
    const thief = await browser().request(`${origin}/page.html`, { headers: { cookie } })
    assert.match(locationOf(thief), /\/o\/authorize\//)
  })

  it('is refused to every other page', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${origin}.evil.example` },
      { origin: origin.replace('http:', 'https:') },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none' },
    ] as Record<string, string>[]) {
      const answer = await jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers })
      assert.equal(answer.status, 403, JSON.stringify(headers))
      assert.equal(answer.headers['set-cookie'], undefined)
    }
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
  })

  it('says the same to somebody without a session', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const headers = { 'sec-fetch-site': 'same-origin' }
    const answer = await browser().request(`${origin}/__s3proxy/logout`, { method: 'POST', headers })
    assert.equal(answer.status, 303)
  })

  it('leads to the page of the SSO that is configured, with nothing of the session in its address', async (t) => {
    const logoutUrl = 'https://sso.example.com/logout?next=/'
    const { origin, browser } = await startStageInProcess(t, { env: { S3PROXY_SSO_LOGOUT_URL: logoutUrl } })
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    const out = await jo.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers: { origin } })
    assert.deepEqual([out.status, out.headers.location], [303, logoutUrl])
    assert.equal(out.headers['clear-site-data'], '"cache"')
    assert.match(locationOf(await jo.request(`${origin}/page.html`)), /\/o\/authorize\//)
  })
})
