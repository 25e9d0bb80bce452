import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ProxyRequest } from '../../../src/http/proxy-request.ts'
import type { Reply } from '../../../src/http/reply.ts'
import type { Site } from '../../../src/http/site.ts'
import { createLegacySessions } from '../../../src/identity/legacy-session.ts'
import { createLegacyTokens } from '../../../src/identity/legacy-tokens.ts'
import { personWithId } from '../../../src/person/person.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'
import {
  cookiesOf,
  createLoginPorts,
  jo,
  locationIn,
  request,
  site,
} from '../../helpers/stage/login-ports.ts'

const id = 'original-session-id'
const key = `s3proxy__assets_session_id__${id}__sso_token`
const cookie = `assets_session_id=${id}`
const html = { cookie, accept: 'text/html' }

describe('createLegacySessions', () => {
  it('asks the person, by name, and changes nothing by that', async () => {
    const { legacy, sso, values } = start()
    sso.answer = { kind: 'known', person: personWithId('<b>"Jo" & co</b>\u202e\u0007') }
    const page = await legacy.offer(request('/a"b/c?d=1&e', html))
    assert.equal(page?.status, 200)
    assert.equal(cookiesOf(page as Reply), '')
    assert.match(String(page?.body), /Continue as <bdi>&lt;b&gt;&quot;Jo&quot; &amp; co&lt;\/b&gt;<\/bdi>/)
    assert.match(
      String(page?.body),
      /<form method="post" action="\/__s3proxy\/continue\?to=%2Fa%22b%2Fc%3Fd%3D1%26e&amp;as=/,
    )
    assert.match(String(headerIn(page?.headers ?? [], 'content-security-policy')), /frame-ancestors 'none'/)
    assert.equal(headerIn(page?.headers ?? [], 'cache-control'), 'no-store')
    assert.ok(!String(page?.body).includes(id))
    assert.equal(values.size, 1)
  })

  it('says 401 with the page to what does not ask for HTML, which might keep it as the file', async () => {
    const page = await start().legacy.offer(request('/a', { cookie, accept: '*/*' }))
    assert.equal(page?.status, 401)
  })

  it('becomes a session by the button, once, however often it is pressed', async () => {
    const { legacy, press, values, sso, options } = start()
    const target = await press('/a%2Fb?c')
    sso.asked.length = 0
    const pressed = await Promise.all([1, 2, 3].map(() => legacy.resume(target(), site)))
    const cookies = pressed.map(({ reply }) => cookiesOf(reply))
    assert.equal(new Set(cookies).size, 1)
    assert.match(cookies[0] ?? '', /^__Host-s=[\w-]{43}; assets_session_id=$/)
    for (const { reply, person } of pressed)
      assert.deepEqual([reply.status, locationIn(reply), person], [303, `${site.origin}/a%2Fb?c`, jo])
    assert.deepEqual(sso.asked, ['identify the-token'])
    assert.equal(values.size, 0)
    assert.equal((await options.sessions.find(cookies[0], true))?.session.person.id, 'jo')
    const late = await legacy.resume(target(), site)
    assert.deepEqual([late.reply.status, cookiesOf(late.reply), late.person], [303, '', undefined])
  })

  it('is one session where several instances are asked at the same moment', async () => {
    const { legacy, another, press, stored } = start()
    const target = await press('/a')
    const answers = await Promise.all([legacy, another].map((one) => one.resume(target(), site)))
    assert.equal(answers.filter(({ reply }) => cookiesOf(reply) !== '').length, 1)
    assert.ok(answers.every(({ reply }) => reply.status === 303))
    assert.equal(stored(), 1)
  })

  it('stays as it was while no session can be written', async () => {
    const { legacy, press, values, store } = start()
    const target = await press('/a')
    const { set } = store
    store.set = () => Promise.reject(new Error('OOM'))
    await assert.rejects(legacy.resume(target(), site))
    assert.equal(values.size, 1)
    store.set = set
    assert.equal((await legacy.resume(target(), site)).person, jo)
  })

  it('is refused to the form of another site, and to one about another session', async () => {
    const { legacy, press, values } = start()
    const target = await press('/a')
    for (const headers of [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example.com' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const foreign = { ...target(), header: request('/', { ...headers, cookie }).header }
      const record = new RequestRecord()
      await legacy.resume(foreign, site, record)
      assert.equal(record.code, 'CONTINUE_FOREIGN')
    }
    values.set(key.replace(id, 'planted-meanwhile-1'), 'token-of-the-attacker')
    const planted = request('/', { origin: site.origin, cookie: 'assets_session_id=planted-meanwhile-1' })
    const { reply } = await legacy.resume({ ...target(), header: planted.header }, site)
    assert.deepEqual([reply.status, locationIn(reply), cookiesOf(reply)], [303, `${site.origin}/a`, ''])
    assert.equal(values.size, 2)
  })

  it('leads nowhere but to a path of this site', async () => {
    const { legacy } = start()
    for (const to of ['', 'https://evil.example', 'evil', '/a%0d%0ab', '/%E2%82%AC', '/a b'].map(
      (text) => `?to=${text}`,
    )) {
      const post = request(`/__s3proxy/continue${to}`, { origin: site.origin }, 'POST')
      assert.equal(locationIn((await legacy.resume(post, site)).reply), `${site.origin}/`, to)
    }
  })

  it('is not believed beside another cookie of that name', async () => {
    const { legacy, press, sso } = start()
    const target = await press('/a')
    sso.asked.length = 0
    for (const other of ['assets_session_id=planted-session-id', 'assets_session_id=x']) {
      for (const both of [`${other}; ${cookie}`, `${cookie}; ${other}`]) {
        assert.equal(await legacy.offer(request('/a', { cookie: both })), undefined)
        const post = { ...target(), header: request('/', { origin: site.origin, cookie: both }).header }
        assert.equal((await legacy.resume(post, site)).person, undefined)
      }
    }
    assert.deepEqual(sso.asked, [])
    assert.ok(await legacy.offer(request('/a', { cookie: `${cookie}; ${cookie}` })))
  })

  it('ends what the SSO rejects', async () => {
    const { legacy, sso, values } = start()
    sso.answer = { kind: 'rejected' }
    assert.equal(await legacy.offer(request('/a', html)), undefined)
    assert.equal(values.size, 0)
  })

  it('keeps the old session for another try when the SSO fails', async () => {
    const { legacy, sso, values } = start()
    sso.fail = new Error('down')
    await assert.rejects(legacy.offer(request('/a', html)))
    assert.equal(values.size, 1)
  })

  it('asks nobody about what cannot be an id', async () => {
    const { legacy, sso } = start()
    for (const bad of [
      'short',
      'x',
      'with space in it!',
      '../../../../etc/x',
      '*'.repeat(40),
      'a'.repeat(300),
    ])
      assert.equal(await legacy.offer(request('/a', { cookie: `assets_session_id=${bad}` })), undefined)
    assert.equal(await legacy.offer(request('/a')), undefined)
    assert.deepEqual(sso.asked, [])
  })
})

function start() {
  const { options, sso, clock, store } = createLoginPorts()
  const values = new Map([[key, 'the-token']])
  const redis = {
    get: async (name: string) => values.get(name) ?? null,
    del: async (name: string) => Number(values.delete(name)),
  }
  let stored = 0
  const { create, delete: remove } = options.sessions
  const sessions = {
    ...options.sessions,
    create(...given: Parameters<typeof create>) {
      stored++
      return create(...given)
    },
    delete(...given: Parameters<typeof remove>) {
      stored--
      return remove(...given)
    },
  }
  const instance = () => {
    const tokens = createLegacyTokens(redis, 1000)
    const { offer, resume } = createLegacySessions({ tokens, sessions, sso, now: () => clock.now })
    return {
      offer: (asked: ProxyRequest, record = new RequestRecord()) => offer(asked, record),
      resume: (asked: ProxyRequest, at: Site, record = new RequestRecord()) => resume(asked, record, at),
    }
  }
  const legacy = instance()
  return {
    ...{ legacy, another: instance(), sso, values, options, store, stored: () => stored },
    /** Sends the form of the page, as its button does. */
    async press(target: string) {
      const page = await legacy.offer(request(target, html))
      const action = /action="([^"]*)"/.exec(String(page?.body))?.[1]?.replaceAll('&amp;', '&') ?? ''
      return () => request(action, { cookie, origin: site.origin }, 'POST')
    },
  }
}
