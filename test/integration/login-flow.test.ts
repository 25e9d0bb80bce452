import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a login', () => {
  it('leads to the SSO with exactly the query of the contract, and back to the object', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t)
    const jo = browser()
    const begun = await jo.request(`${origin}/page.html`)
    assert.equal(begun.headers['cache-control'], 'no-store')
    assert.equal(begun.headers['referrer-policy'], 'no-referrer')
    const authorize = new URL(locationOf(begun))
    assert.equal(authorize.origin + authorize.pathname, `${sso.url}o/authorize/`)
    assert.deepEqual(
      [...authorize.searchParams.keys()],
      [
        'scope',
        'state',
        'redirect_uri',
        'response_type',
        'client_id',
        'code_challenge',
        'code_challenge_method',
      ],
    )
    assert.equal(authorize.searchParams.get('scope'), 'read write')
    assert.equal(authorize.searchParams.get('redirect_uri'), `${origin}/__redirect_from_sso`)
    assert.equal(authorize.searchParams.get('code_challenge_method'), 'S256')

    const callback = locationOf(await jo.request(authorize.href))
    const finished = await jo.request(callback)
    assert.equal(locationOf(finished), `${origin}/page.html`)
    assert.equal(finished.headers['cache-control'], 'no-store')
    assert.equal(finished.headers['referrer-policy'], 'no-referrer')
    assert.match(
      finished.headers['set-cookie']?.join() ?? '',
      /^s3proxy_session=[\w-]{43}; Max-Age=32400; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    for (let times = 0; times < 3; times++)
      assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
    assert.deepEqual(sso.calls, { authorize: 1, token: 1, me: 1 })
    assert.equal(log.find(({ route }) => route === 'callback')?.who, 'user-1')
    assert.ok(!JSON.stringify(log).includes(sso.tokens[0] ?? 'x'))
    assert.ok(!JSON.stringify(log).includes(sso.codes[0] ?? 'x'))
  })

  it('ends at the very bytes of the first request', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const jo = browser()
    for (const target of [
      '/page.html?',
      '/a?b=%2F&c=d+e&&=?#',
      '//evil.example/x',
      '/\\evil.example',
      '/%5C%5cevil.example/%2F',
      '/a;b,c!\'()*~|^`{}"<>[]',
      '/caf%C3%A9?%ff%e4&%zz',
      `/long?${'x'.repeat(12_000)}`,
    ]) {
      const callback = await toCallback(jo, origin + target)
      assert.equal(locationOf(await jo.request(callback)), origin + target)
      assert.equal(new URL(origin + target).origin, origin)
      jo.jar.clear()
    }
  })

  it('takes a callback with more parameters than it needs', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    sso.misbehave({ authorize: { extra: { iss: sso.url, session_state: 'x', scope: 'read' } } })
    const callback = await toCallback(browser(), `${origin}/page.html`)
    assert.match(callback, /iss=/)
    const jo = browser()
    assert.equal((await jo.follow(await toCallback(jo, `${origin}/page.html`))).text, '<h1>page</h1>')
  })

  it('finishes in every tab of a browser, in any order', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const jo = browser()
    const callbacks: string[] = []
    for (let tab = 0; tab < 5; tab++) callbacks.push(await toCallback(jo, `${origin}/page.html?tab=${tab}`))
    for (const tab of [4, 0, 3, 1, 2])
      assert.equal(locationOf(await jo.request(callbacks[tab] ?? '')), `${origin}/page.html?tab=${tab}`)
  })

  it('finishes in every tab that a browser without cookies opens at once', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const jo = browser()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, tab) => jo.follow(`${origin}/page.html?tab=${tab}`)),
    )
    for (const [tab, answer] of answers.entries()) {
      assert.equal(answer.text, '<h1>page</h1>')
      assert.equal(answer.url, `${origin}/page.html?tab=${tab}`)
    }
  })

  it('costs a browser one small cookie, however many logins it has begun', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const jo = browser()
    const callbacks: string[] = []
    for (let tab = 0; tab < 200; tab++) callbacks.push(await toCallback(jo, `${origin}/page.html?tab=${tab}`))
    const sent = jo.jar.header('127.0.0.1', '/')
    assert.match(sent, /^s3proxy_session_login=[\w-]{43}$/)
    for (const tab of [0, 100, 199])
      assert.equal(
        (await jo.request(callbacks[tab] ?? '')).headers.location,
        `${origin}/page.html?tab=${tab}`,
      )
  })

  it('binds its cookies to the host where the router says https', async (t) => {
    const { origin, browser, sso } = await startStageInProcess(t)
    const jo = browser({ 'x-forwarded-proto': 'https' })
    const begun = await jo.request(`${origin}/page.html`)
    const authorize = new URL(locationOf(begun))
    const redirectUri = `${origin.replace('http:', 'https:')}/__redirect_from_sso`
    assert.equal(authorize.searchParams.get('redirect_uri'), redirectUri)
    const shape =
      /^__Host-s3proxy_session(?:_login)?=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/
    assert.match(begun.headers['set-cookie']?.join() ?? '', shape)
    const back = locationOf(await jo.request(authorize.href)).replace('https:', 'http:')
    const finished = await jo.request(back)
    assert.match(finished.headers['set-cookie']?.join() ?? '', shape)
    assert.match(locationOf(finished), /^https:\/\/127\.0\.0\.1:\d+\/page\.html$/)
    assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
    assert.equal(
      sso.requests.find(({ endpoint }) => endpoint === 'token')?.params.get('redirect_uri'),
      redirectUri,
    )
  })

  it('ends at the origin where it began, whatever host and scheme its callback has', async (t) => {
    const { origin, browser, sso } = await startStageInProcess(t)
    const jo = browser()
    const asked = { host: 'Assets.Example.com:8443', 'x-forwarded-proto': 'https' }
    const began = 'https://assets.example.com:8443'
    const begun = await jo.request(`${origin}/page.html?a`, { headers: asked })
    const callback = locationOf(await jo.request(locationOf(begun)))
    assert.ok(callback.startsWith(`${began}/__redirect_from_sso?`))
    const target = callback.slice(began.length)
    const finished = await jo.request(origin + target, { headers: { host: 'inner.example.com' } })
    assert.equal(locationOf(finished), `${began}/page.html?a`)
    assert.match(finished.headers['set-cookie']?.join() ?? '', /^__Host-s3proxy_session=.*; Secure/)
    assert.equal((await jo.request(`${origin}/page.html`, { headers: asked })).text, '<h1>page</h1>')
    assert.equal(
      sso.requests.find(({ endpoint }) => endpoint === 'token')?.params.get('redirect_uri'),
      `${began}/__redirect_from_sso`,
    )
  })

  it('tells how long the SSO took, without the time that it waited by itself', async (t) => {
    const { origin, browser, log } = await startStageInProcess(t)
    const [jo, eve] = [browser(), browser()]
    const callback = await toCallback(jo, `${origin}/page.html`)
    await toCallback(eve, `${origin}/page.html`)
    // The callback waits for cookies of other tabs, does not ask the SSO, and begins again.
    await eve.request(callback)
    await jo.request(callback)
    const lines = log.filter(({ route }) => route === 'callback')
    assert.deepEqual(
      lines.map(({ login, ssoMs }) => [login, typeof ssoMs]),
      [
        ['restarted', 'undefined'],
        ['finished', 'number'],
      ],
    )
    assert.ok(Number(lines[0]?.totalMs) >= 490)
  })

  it('is not begun for a script or an API', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    for (const headers of [
      { 'sec-fetch-mode': 'cors' },
      { 'sec-fetch-mode': 'no-cors' },
      { 'sec-fetch-mode': 'same-origin' },
      { accept: 'application/json' },
    ]) {
      const answer = await browser(headers).request(`${origin}/page.html`)
      assert.equal(answer.status, 401)
      assert.equal(answer.headers['set-cookie'], undefined)
      assert.equal(answer.headers.location, undefined)
    }
  })

  it('works beside cookies of the same names that somebody else set', async (t) => {
    const { origin, browser } = await startStageInProcess(t)
    const other = 'A'.repeat(43)
    const jo = browser()
    const request = (url: string) => {
      const own = jo.jar.header('127.0.0.1', '/')
      return jo.request(url, {
        headers: { cookie: `s3proxy_session=${other}; s3proxy_session_login=${other}; ${own}` },
      })
    }
    const begun = await request(`${origin}/page.html`)
    const finished = await request(locationOf(await jo.request(locationOf(begun))))
    assert.equal(locationOf(finished), `${origin}/page.html`)
    assert.equal((await request(`${origin}/page.html`)).text, '<h1>page</h1>')
  })
})
