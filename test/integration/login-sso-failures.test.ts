import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { untilItWorks } from '../helpers/eventually.ts'
import type { SsoFault } from '../helpers/sso/stand-in/sso-fault.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const canary = 'what-the-sso-said'
const byToken: [string, SsoFault, number][] = [
  ['401', { status: 401, error: 'invalid_client' }, 401],
  ['a page with 401', { html: 401 }, 401],
  ['403', { status: 403, body: canary }, 403],
  ['400 invalid_grant', { status: 400, error: 'invalid_grant' }, 403],
  ['400 with another error', { status: 400, error: canary }, 502],
  ['500', { status: 500, body: canary, type: 'text/plain' }, 502],
  ['a page', { html: 200 }, 502],
  ['truncated JSON', { truncated: true }, 502],
  ['a huge answer', { hugeBytes: 3_000_000 }, 502],
  ['a redirect', { redirect: `https://evil.example/${canary}` }, 502],
  ['a reset', { reset: true }, 502],
  ['garbage', { raw: `${canary}\r\n` }, 502],
  ['no token', { json: { error: canary } }, 502],
  ['silence', { stall: 'before-head' }, 504],
  ['silence in the middle', { stall: 'in-body' }, 504],
]
const byMe: [string, SsoFault, number][] = [
  ['401', { status: 401 }, 403],
  ['403', { status: 403 }, 403],
  ['404', { status: 404 }, 502],
  ...byToken.filter(([, fault]) => !('status' in fault) && !('html' in fault && fault.html === 401)),
].filter(([name]) => name !== 'no token') as [string, SsoFault, number][]

describe('a callback, when the SSO fails', () => {
  it('has for every failure its status, a page that tells nothing of it, and a fresh start', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t, {
      env: { S3PROXY_SSO_TIMEOUT_MS: '300' },
    })
    const scripts = [
      ...byToken.map(([name, fault, status]) => ({
        name: `token: ${name}`,
        script: { token: fault },
        status,
      })),
      ...byMe.map(([name, fault, status]) => ({ name: `me: ${name}`, script: { me: fault }, status })),
    ]
    for (const { name, script, status } of scripts) {
      const jo = browser()
      const callback = await toCallback(jo, `${origin}/page.html`)
      sso.misbehave(script)
      // After a token that `me` refuses, the login begins again twice.
      const answer = await (/^me: 40[13]$/.test(name) ? jo.follow(callback) : jo.request(callback))
      assert.equal(answer.status, status, name)
      assert.match(String(answer.headers['content-type']), /text\/html/)
      assert.ok(!answer.rawHeaders.join().includes(canary) && !answer.text.includes(canary), name)
      assert.equal(jo.jar.get('s3proxy_session'), undefined, name)
      sso.misbehave()
      assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>', name)
    }
    const lines = JSON.stringify(log)
    for (const secret of [canary, sso.clientSecret, ...sso.tokens, ...sso.codes])
      assert.ok(!lines.includes(secret))
    assert.deepEqual(
      log.filter(({ level }) => level === 'error'),
      [],
    )
  })

  it('begins again by itself for a token that `me` refuses, and asks for a page once more at most twice', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t)
    sso.misbehave({ me: (ordinal) => (ordinal <= 2 ? { status: 403 } : undefined) })
    const once = browser()
    const refused = await once.request(await toCallback(once, `${origin}/page.html?x`))
    assert.deepEqual([locationOf(refused), refused.text], [`${origin}/page.html?x`, ''])
    assert.equal((await once.follow(`${origin}/page.html?x`)).url, `${origin}/page.html?x`)
    assert.deepEqual(sso.calls, { authorize: 3, token: 3, me: 3 })
    sso.misbehave({ me: { status: 403 } })
    const answer = await browser().follow(`${origin}/page.html?x`)
    assert.equal(answer.status, 403)
    assert.ok(answer.text.includes(`href="${origin}/page.html?x"`))
    assert.deepEqual(sso.calls, { authorize: 6, token: 6, me: 6 })
    assert.deepEqual(
      log.filter(({ level }) => level === 'warn').map(({ code }) => code),
      ['SSO_FORBADE_CODE'],
    )
  })

  it('ends in a page for a browser that drops cookies, whose tokens the SSO would refuse', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    sso.misbehave({ me: { status: 403 } })
    const jo = browser()
    let url = `${origin}/page.html`
    let answer = await jo.request(url)
    for (let step = 0; answer.status === 302; step++) {
      assert.ok(step < 20, 'a circle')
      url = locationOf(answer)
      jo.jar.clear()
      answer = await jo.request(url)
    }
    assert.equal(answer.status, 403)
    assert.equal(sso.calls.me, 0)
  })

  it('has a way on for a code that is spent, whatever status the SSO gives it', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t)
    for (const status of [400, 401, 403]) {
      const jo = browser()
      const callback = await toCallback(jo, `${origin}/page.html`)
      sso.misbehave({ token: { status, error: 'invalid_grant', type: 'text/html' } })
      const answer = await jo.request(callback)
      sso.misbehave()
      assert.equal(answer.status, 403)
      assert.ok(answer.text.includes(`href="${origin}/page.html"`))
    }
    assert.ok(!JSON.stringify(log).includes('clientSecret'))
  })

  it('is 503 for an SSO that is asked too often, and says when to come again', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    const callback = await toCallback(jo, `${origin}/page.html`)
    sso.misbehave({ token: { status: 429, headers: { 'retry-after': '7' } } })
    const answer = await jo.request(callback)
    assert.equal(answer.status, 503)
    assert.equal(answer.headers['retry-after'], '7')
    assert.match(answer.text, /SSO_BUSY/)
  })

  it('is 403 for a denied access and 502 for any other error, whose text is shown to nobody', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t)
    for (const [deny, status] of [
      ['access_denied', 403],
      ['server_error', 502],
      ['temporarily_unavailable', 502],
      ['<script>', 502],
    ] as const) {
      sso.misbehave({ authorize: { deny, description: `<b>${canary}</b>` } })
      const jo = browser()
      const answer = await jo.request(await toCallback(jo, `${origin}/page.html?x`))
      assert.equal(answer.status, status)
      assert.ok(!answer.text.includes(canary) && !answer.text.includes('<script>'))
      assert.ok(answer.text.includes(`href="${origin}/page.html?x"`))
    }
    assert.equal(sso.calls.token, 0)
    const told = log.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
    assert.equal(told.length, 3)
    for (const said of ['server_error', 'temporarily_unavailable', 'no code of OAuth'])
      assert.ok(told.join().includes(said), said)
    assert.ok(!told.join().includes(canary) && !told.join().includes('<script>'))
  })
})

describe('a session', () => {
  it('goes on without the SSO while its token is trusted', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t)
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    await sso.close()
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
  })

  it('fails past that time as the SSO does, and goes on with it', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t, {
      env: { SSO_TOKEN_CHECK_GRACE_PERIOD: '0', S3PROXY_SSO_TIMEOUT_MS: '300' },
    })
    let jo = browser()
    for (const [name, fault, status] of byMe) {
      if (name === '401' || name === '403') continue
      // Each attempt uses a new browser, because a failure is remembered for a moment.
      jo = browser()
      sso.misbehave({ me: { json: { sub: name } } })
      assert.equal((await jo.follow(`${origin}/page.html`)).status, 200)
      sso.misbehave({ me: fault })
      const answer = await jo.request(`${origin}/page.html`)
      assert.equal(answer.status, status, name)
      assert.ok(!answer.text.includes(canary))
    }
    sso.misbehave()
    const tokens = sso.calls.token
    await untilItWorks(async () => {
      assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
    })
    assert.equal(sso.calls.token, tokens)
  })

  it('asks an SSO that is busy once in its retry-after, and tells clients when to come again', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t, {
      env: { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' },
    })
    for (const [status, code, answered] of [
      [429, 'SSO_BUSY', 503],
      [503, 'SSO_UNAVAILABLE', 502],
    ] as const) {
      const jo = browser()
      sso.misbehave({ me: { json: { sub: code } } })
      await jo.follow(`${origin}/page.html`)
      const before = sso.calls.me
      sso.misbehave({ me: { status, headers: { 'retry-after': '30' } } })
      for (let times = 0; times < 100; times++) {
        const answer = await jo.request(`${origin}/page.html`)
        assert.equal(answer.status, answered)
        assert.ok(answer.text.includes(code))
        assert.match(answer.headers['retry-after'] ?? '', /^(?:30|2\d)$/)
      }
      assert.equal(sso.calls.me, before + 1)
      assert.ok(!JSON.stringify(log).includes('OAuth 2.0'))
    }
  })

  it('fails with 502 while the SSO is gone, and goes on when it is back', async (t) => {
    const sso = await startSsoStandIn()
    t.after(() => sso.close())
    const { origin, browser } = await startStageInProcess(t, {
      sso,
      env: { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' },
    })
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    await sso.close()
    assert.equal((await jo.request(`${origin}/page.html`)).status, 502)
    const again = await startSsoStandIn({ port: sso.port })
    t.after(() => again.close())
    // The new SSO does not know the old token, and the answer is a login and no error.
    await untilItWorks(async () => {
      assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
    })
    assert.equal(again.calls.token, 1)
  })

  it('ends when the SSO rejects its token, for pages with a login and for scripts with 401', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t, {
      env: { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' },
    })
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    sso.revoke()
    const script = { headers: { 'sec-fetch-mode': 'cors' } }
    assert.equal((await jo.request(`${origin}/page.html`, script)).status, 401)
    const before = sso.calls.me
    assert.match(locationOf(await jo.request(`${origin}/page.html`)), /\/o\/authorize\//)
    // The session is deleted, and the SSO is not asked again.
    assert.equal(sso.calls.me, before)
    assert.equal((await jo.follow(`${origin}/page.html`)).text, '<h1>page</h1>')
  })

  it('asks the SSO for every request where it is told to', async (t) => {
    const { origin, sso, browser } = await startStageInProcess(t, {
      env: { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' },
    })
    const jo = browser()
    await jo.follow(`${origin}/page.html`)
    const before = sso.calls.me
    for (let times = 0; times < 3; times++) await jo.request(`${origin}/page.html`)
    assert.equal(sso.calls.me, before + 3)
  })
})
