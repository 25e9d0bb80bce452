import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a callback', () => {
  it('that was made up never reaches the token endpoint', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    const state = new URL(await toCallback(jo, `${origin}/page.html`)).searchParams.get('state')
    const forged: [string, number, RegExp][] = [
      ['', 400, /could not be completed/],
      ['?', 400, /could not be completed/],
      ['?code=x', 400, /could not be completed/],
      [`?state=${state}`, 400, /could not be completed/],
      [`?code=&state=${state}`, 400, /could not be completed/],
      [`?code=x&code=y&state=${state}`, 400, /could not be completed/],
      [`?code=x&state=${state}&state=${state}`, 400, /could not be completed/],
      ['?code=x&state=y', 403, /Sign in may have taken too long/],
      [`?code=x&state=${'A'.repeat(43)}`, 403, /Sign in may have taken too long/],
      [`?code=x&state=${'A'.repeat(5000)}`, 403, /Sign in may have taken too long/],
      ['?code=x&state=%00%ff%zz', 403, /Sign in may have taken too long/],
      ['?code=x&state=__proto__', 403, /Sign in may have taken too long/],
    ]
    for (const client of [jo, browser()])
      for (const [query, status, says] of forged) {
        const answer = await client.request(`${origin}/__redirect_from_sso${query}`)
        assert.equal(answer.status, status, query)
        assert.match(answer.text, says)
        assert.match(answer.text, /start again|sign in again/i)
        assert.equal(answer.headers['cache-control'], 'no-store')
      }
    assert.equal(sso.calls.token, 0)
  })

  it('in another browser starts over, and spends neither code nor state', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const [jo, eve] = [browser(), browser()]
    const callback = await toCallback(jo, `${origin}/page.html?jo`)
    const inOther = await eve.request(callback)
    assert.match(locationOf(inOther), /\/o\/authorize\//)
    assert.equal(eve.jar.get('s3proxy_session'), undefined)
    assert.equal(sso.calls.token, 0)
    // The result is the same where the other browser has a login under way, or a session.
    await eve.follow(`${origin}/page.html`)
    const session = eve.jar.get('s3proxy_session')
    assert.match(locationOf(await eve.request(callback)), /\/o\/authorize\//)
    assert.equal(eve.jar.get('s3proxy_session'), session)
    assert.equal(sso.calls.token, 1)
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html?jo`)
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
  })

  it('in another browser leads, after its own login, to the same final path', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const callback = await toCallback(browser(), `${origin}/page.html?final`)
    const answer = await browser().follow(callback)
    assert.equal(answer.url, `${origin}/page.html?final`)
    assert.equal(answer.text, '<h1>page</h1>')
  })

  it('without cookies starts over twice, and then says what to do', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    let callback = await toCallback(jo, `${origin}/page.html?x&y`)
    for (let restart = 0; restart < 2; restart++) {
      jo.jar.clear()
      callback = await toCallback(jo, callback)
    }
    jo.jar.clear()
    const answer = await jo.request(callback)
    assert.equal(answer.status, 403)
    assert.match(answer.text, /Sign in may have taken too long/)
    assert.match(answer.text, /Allow cookies/)
    assert.ok(answer.text.includes(`href="${origin}/page.html?x&amp;y"`), answer.text)
    assert.equal(sso.calls.token, 0)
  })

  it('that comes again leads to the final path, and gives no session', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html?final`)
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html?final`)
    const session = jo.jar.get('s3proxy_session')
    for (let times = 0; times < 3; times++) {
      const again = await jo.request(callback)
      assert.equal(locationOf(again), `${origin}/page.html?final`)
      assert.equal(again.headers['set-cookie'], undefined)
    }
    assert.equal(jo.jar.get('s3proxy_session'), session)
    assert.equal(sso.calls.token, 1)
    // Another code with a used state is a replay as well.
    const url = new URL(callback)
    url.searchParams.set('code', 'another')
    assert.equal(locationOf(await jo.request(url.href)), `${origin}/page.html?final`)
    assert.equal(sso.calls.token, 1)
  })

  it('that comes many times at once gives one session', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html`)
    const answers = await Promise.all(Array.from({ length: 10 }, () => jo.request(callback)))
    for (const answer of answers) assert.equal(locationOf(answer), `${origin}/page.html`)
    assert.equal(answers.filter((answer) => answer.headers['set-cookie'] !== undefined).length, 1)
    assert.equal(sso.calls.token, 1)
  })

  it('is never answered to a POST', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html`)
    assert.equal((await jo.request(callback, { method: 'POST' })).status, 405)
    assert.equal(sso.calls.token, 0)
  })
})
