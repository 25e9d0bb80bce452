import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAccess } from '../../src/access/create-access.ts'
import { type ErrorCode, errorStatus, S3ProxyError } from '../../src/errors.ts'
import type { ObjectRequest, ObjectResult } from '../../src/object/object-source.ts'
import { personWithId } from '../../src/person/person.ts'
import { guests, healthChecks, type Sharer } from '../../src/s3/fair-shares.ts'
import { TransportError } from '../../src/s3/transport-error.ts'
import { RequestRecord } from '../../src/telemetry/request-record.ts'
import { rulesOf } from '../helpers/access/rules.ts'
import { cookiesOf, createLoginPorts, jo, locationIn, request, site } from '../helpers/stage/login-ports.ts'
import { createStageInMemory, found, readAll } from '../helpers/stage/stage-in-memory.ts'

describe('a request on its way', () => {
  it('goes host, session, object, in this order and no further than it must', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    assert.equal((await stage.ask('/%2e%2e/a', { cookie })).status, 400)
    assert.equal((await stage.ask('/a', { cookie }, 'PUT')).status, 405)
    assert.equal((await stage.ask('/a', { cookie }, 'GET', 'other.example.com')).status, 421)
    assert.deepEqual(stage.steps, [])
    assert.equal((await stage.ask('/', { cookie })).status, 404)
    assert.equal((await stage.ask('/a')).status, 302)
    assert.deepEqual(stage.steps, ['session', 'session'])
    const reply = await stage.ask('/a%20b?x=y', { cookie })
    assert.deepEqual([reply.status, readAll(reply)], [200, 'hello'])
    assert.deepEqual(stage.steps, ['session', 'session', 'session', 's3 GET a b'])
    assert.deepEqual(stage.sso.asked, [])
  })

  it('is refused in the order 400, 405, 421', async () => {
    const stage = createStageInMemory()
    const statusOf = async (target: string, method: string, host?: string) =>
      (await stage.ask(target, {}, method, host)).status
    assert.equal(await statusOf('/%zz', 'DELETE', 'other'), 400)
    assert.equal(await statusOf('/', 'DELETE', 'other'), 405)
    assert.equal(await statusOf('/', 'GET', 'other'), 421)
    assert.equal(await statusOf('/', 'GET'), 302)
  })

  it('asks S3 in the name of the person, for the health check in its own, and for anybody in that of guests', async () => {
    const sharers: Sharer[] = []
    const stage = createStageInMemory(
      { access: createAccess({ rules: rulesOf({ allow: ['/**'], to: [{ anonymous: true }] }) }) },
      {
        source: {
          async open({ sharer }: ObjectRequest): Promise<ObjectResult> {
            sharers.push(sharer)
            return { kind: 'not-found' }
          },
        },
      },
    )
    assert.equal((await stage.ask('/a', { cookie: await stage.signIn() })).status, 404)
    assert.equal((await stage.ask('/health')).status, 404)
    assert.equal((await stage.ask('/a')).status, 404)
    assert.deepEqual(sharers, ['jo', healthChecks, guests])
  })

  it('for the empty key stands behind the login, and then is 404 without S3', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    for (const target of ['/', '/?x=y']) {
      assert.equal((await stage.ask(target, { 'sec-fetch-mode': 'cors' })).status, 401, target)
      const begun = await stage.ask(target)
      assert.equal(begun.status, 302, target)
      const { searchParams } = new URL(locationIn(begun))
      const callback = `/__redirect_from_sso?code=c&state=${searchParams.get('state')}`
      const finished = await stage.ask(callback, { cookie: cookiesOf(begun) })
      assert.equal(locationIn(finished), site.origin + target)
      assert.equal((await stage.ask(target, { cookie })).status, 404, target)
    }
    assert.ok(stage.steps.every((step) => step === 'session'))
  })

  it('for the health check needs neither host nor session, and for nothing that resembles it', async () => {
    const stage = createStageInMemory()
    assert.equal((await stage.ask('/health', {}, 'GET', '10.0.0.1')).status, 200)
    assert.equal((await stage.ask('/%68ealth', {}, 'HEAD', '')).status, 200)
    assert.deepEqual(stage.steps, ['s3 GET health', 's3 HEAD health'])
    for (const target of ['/health/', '/health%00', '//health', '/healt'])
      assert.notEqual((await stage.ask(target)).status, 200, target)
    const without = createStageInMemory({ healthcheckKey: undefined })
    assert.equal((await without.ask('/health')).status, 302)
  })

  it('tells the log what it was for, whose it was, and how long each part took', async () => {
    const stage = createStageInMemory()
    const { record } = await stage.ask('/a%20b', { cookie: await stage.signIn() })
    const { sessionMs, s3Ms, ssoMs, route, key, who, login, s3RequestId } = record
    assert.deepEqual([ssoMs, login], [undefined, undefined])
    assert.deepEqual(
      { route, key, who, s3RequestId },
      { route: 'object', key: 'a b', who: 'jo', s3RequestId: 'S3-1' },
    )
    assert.ok(Number(sessionMs) >= 0 && Number(s3Ms) >= 0)
    assert.equal((await stage.ask('/a')).record.route, 'login')
    assert.equal((await stage.ask('/a')).record.key, 'a')
  })

  it('asks the SSO again once the last answer is too old, and goes on without it before that', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    stage.sso.fail = new S3ProxyError('SSO_UNAVAILABLE', 'down')
    assert.equal((await stage.ask('/a', { cookie })).status, 200)
    stage.clock.now += 61_000
    assert.equal((await stage.ask('/a', { cookie })).status, 502)
    stage.sso.fail = undefined
    const reply = await stage.ask('/a', { cookie })
    assert.equal(reply.status, 200)
    assert.ok(Number(reply.record.ssoMs) >= 0)
    stage.clock.now += 61_000
    await assertOnlySso(stage, cookie)
    stage.clock.now += 61_000
    stage.sso.answer = { kind: 'rejected' }
    assert.equal((await stage.ask('/a', { cookie })).status, 302)
    stage.sso.answer = { kind: 'known', person: jo }
    assert.equal((await stage.ask('/a', { cookie })).status, 302)
  })
})

describe('without a session', () => {
  for (const [what, headers, status] of [
    ['a navigation', { 'sec-fetch-mode': 'navigate', accept: 'text/html' }, 302],
    ['curl, a player, an older browser', { accept: '*/*' }, 302],
    ['a request that says nothing', {}, 302],
    ['a browser that takes JSON among others', { accept: 'text/html, application/json' }, 302],
    ['fetch()', { 'sec-fetch-mode': 'cors' }, 401],
    ['an image or film', { 'sec-fetch-mode': 'no-cors', accept: 'image/*' }, 401],
    ['a script of our own', { 'sec-fetch-mode': 'same-origin' }, 401],
    ['an API', { accept: 'application/json' }, 401],
    ['a download that goes on', { range: 'bytes=5-', 'if-range': '"e"' }, 401],
    ['a browser that resumes', { range: 'bytes=5-', 'sec-fetch-mode': 'navigate', accept: 'text/html' }, 401],
    ['a tool that has a version', { 'if-none-match': '"e"', accept: '*/*' }, 401],
    ['a browser that loads a page again', { 'if-none-match': '"e"', accept: 'text/html,*/*;q=0.8' }, 302],
    ['a program with a password', { authorization: 'Bearer x' }, 401],
    ['an older script', { 'x-requested-with': 'XMLHttpRequest', accept: 'text/html, */*' }, 401],
    ['a player that names its types', { accept: 'video/mp4, video/webm' }, 401],
    ['an API of its own type', { accept: 'application/vnd.api+json; charset=utf-8' }, 401],
  ] as const) {
    it(`${what} gets ${status}`, async () => {
      const stage = createStageInMemory()
      const reply = await stage.ask('/a', headers)
      assert.equal(reply.status, status)
      assert.equal(reply.header('cache-control'), 'no-store')
      assert.equal(reply.header('referrer-policy'), 'no-referrer')
      assert.equal(cookiesOf(reply) === '', status === 401)
      assert.equal(locationIn(reply) === '', status === 401)
      assert.equal(reply.headers.includes('www-authenticate'), status === 401)
    })
  }

  it('HEAD is led to the SSO as GET is', async () => {
    assert.equal((await createStageInMemory().ask('/a', {}, 'HEAD')).status, 302)
  })

  it('a page of the session that the original wrote is no object, and is not asked for without one', async () => {
    const stage = createStageInMemory({
      legacySessions: {
        offer: async () => ({ status: 200, headers: [], body: 'Is that you?' }),
        resume: async () => ({ reply: { status: 303, headers: [], body: '' }, person: jo }),
        end: async () => '',
      },
    })
    const offered = await stage.ask('/a')
    assert.deepEqual([offered.record.route, offered.record.who], ['continue', undefined])
    assert.equal((await stage.ask('/a', { range: 'bytes=0-' })).status, 401)
    assert.equal((await stage.ask('/a', { cookie: await stage.signIn() })).record.route, 'object')
    const resumed = await stage.ask('/__s3proxy/continue', {}, 'POST')
    assert.deepEqual([resumed.status, resumed.record.who], [303, 'jo'])
    const refused = await stage.ask('/__s3proxy/continue', {}, 'PUT')
    assert.deepEqual([refused.status, refused.header('allow')], [405, 'GET, HEAD, POST'])
    assert.equal((await createStageInMemory().ask('/__s3proxy/continue', {}, 'POST')).status, 405)
    assert.equal((await createStageInMemory().ask('/__s3proxy/continue')).status, 404)
  })

  it('a login leads from the redirect over the callback to the object', async () => {
    const stage = createStageInMemory()
    const begun = await stage.ask('/a%2Fb//c?')
    const { searchParams } = new URL(locationIn(begun))
    const cookie = cookiesOf(begun)
    const target = `/__redirect_from_sso?code=c1&state=${searchParams.get('state')}`
    const finished = await stage.ask(target, { cookie })
    assert.equal(finished.status, 302)
    assert.equal(locationIn(finished), `${site.origin}/a%2Fb//c?`)
    assert.deepEqual([finished.record.route, finished.record.who], ['callback', 'jo'])
    const reply = await stage.ask('/a%2Fb//c?', { cookie: cookiesOf(finished) })
    assert.equal(readAll(reply), 'hello')
    assert.equal(stage.steps.at(-1), 's3 GET a/b//c')
  })

  it('a callback that lacks something is 400, and one with an error never shows its text', async () => {
    const stage = createStageInMemory()
    for (const query of ['', '?code=c', '?state=s', '?code=&state=s', '?code=a&code=b&state=s'])
      assert.equal((await stage.ask(`/__redirect_from_sso${query}`)).status, 400, query)
    const denied = await stage.ask('/__redirect_from_sso?error=access_denied&error_description=canary')
    const failed = await stage.ask('/__redirect_from_sso?error=server_error&error_description=canary')
    const unknown = await stage.ask(`/__redirect_from_sso?code=c&state=${'A'.repeat(43)}`)
    assert.deepEqual([denied.status, failed.status, unknown.status], [403, 400, 403])
    assert.ok(!JSON.stringify([denied, failed, stage.logged]).includes('canary'))
  })

  it('a callback that the store fails under is a login that failed', async () => {
    const away = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'away')
    const { pending } = createLoginPorts().options
    const stage = createStageInMemory({ pending: { ...pending, find: () => Promise.reject(away) } })
    const { status, record } = await stage.ask(`/__redirect_from_sso?code=c&state=${'A'.repeat(43)}`)
    assert.deepEqual([status, record.login], [503, 'failed'])
  })
})

describe('a bearer token', () => {
  const bearer = {
    scopes: [],
    check: (token: string) =>
      token === 'good'
        ? ({ kind: 'accepted', person: personWithId('robot'), sharer: 'robot' } as const)
        : ({ kind: 'refused', reason: 'no' } as const),
  }
  const good = { authorization: 'Bearer good' }

  it('opens objects, and makes neither a session nor a cookie', async () => {
    const stage = createStageInMemory({ bearer })
    const reply = await stage.ask('/a', { ...good, range: 'bytes=0-' })
    assert.deepEqual([reply.status, reply.record.who, reply.record.bearer], [200, 'robot', 'accepted'])
    assert.equal(cookiesOf(reply), '')
    assert.equal(readAll(reply), 'hello')
  })

  it('that is refused is never led to a login, nor asked about a session of the original', async () => {
    const stage = createStageInMemory({
      bearer,
      legacySessions: {
        offer: () => assert.fail('asked'),
        resume: () => assert.fail('asked'),
        end: async () => '',
      },
    })
    const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    const reply = await stage.ask('/a', { ...navigation, authorization: 'Bearer bad' })
    assert.deepEqual([reply.status, reply.code, cookiesOf(reply)], [401, 'BEARER_REFUSED', ''])
    assert.match(reply.header('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/)
    assert.ok(!stage.steps.some((step) => step.startsWith('s3')))
  })

  it('counts after a session, and in place of a session that has ended', async () => {
    const stage = createStageInMemory({ bearer })
    const cookie = await stage.signIn()
    const both = await stage.ask('/a', { ...good, cookie })
    assert.deepEqual([both.record.who, both.record.bearer], ['jo', undefined])
    const ended = `__Host-s=${'A'.repeat(43)}`
    assert.equal((await stage.ask('/a', { ...good, cookie: ended })).record.who, 'robot')
  })

  it('is asked for by the 401 of a request without one, where it is accepted', async () => {
    const challenges = async (stage: ReturnType<typeof createStageInMemory>) => {
      const { headers } = await stage.ask('/a', { accept: 'application/json' })
      return headers.filter((_, index) => headers[index - 1] === 'www-authenticate')
    }
    assert.deepEqual(await challenges(createStageInMemory({ bearer })), [
      'Bearer realm="s3proxy", resource_metadata="https://assets.example.com/.well-known/oauth-protected-resource"',
      'Cookie realm="s3proxy"',
    ])
    assert.deepEqual(await challenges(createStageInMemory()), ['Cookie realm="s3proxy"'])
  })

  it('has no meaning where none is accepted, and in the query', async () => {
    assert.equal((await createStageInMemory().ask('/a', good)).code, 'LOGIN_REQUIRED')
    const inQuery = await createStageInMemory({ bearer }).ask('/a?access_token=good', { accept: 'a/b' })
    assert.equal(inQuery.code, 'LOGIN_REQUIRED')
  })

  it('has a document that tells programs where to get one', async () => {
    const target = '/.well-known/oauth-protected-resource'
    const stage = createStageInMemory({ bearer })
    const reply = await stage.ask(target)
    assert.deepEqual([reply.status, reply.record.route], [200, 'resource-metadata'])
    assert.equal(JSON.parse(readAll(reply)).resource, site.origin)
    assert.equal((await stage.ask(target, {}, 'GET', 'other.example.com')).status, 421)
    assert.equal((await stage.ask(target, {}, 'POST')).status, 405)
    assert.equal((await createStageInMemory().ask(target, { accept: 'a/b' })).status, 401)
  })
})

describe('an answer', () => {
  it('with an object is private, and sandboxed where the type can run script', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    for (const [type, isSandboxed] of [
      ['text/html', true],
      ['TEXT/HTML; charset=utf-8', true],
      ['application/xhtml+xml', true],
      ['image/svg+xml', true],
      ['application/xml', true],
      ['text/plain', false],
      ['video/mp4', false],
    ] as const) {
      stage.s3(found(type, 'x'))
      const reply = await stage.ask('/a', { cookie })
      assert.equal(reply.header('cache-control'), 'private, no-cache', type)
      assert.equal(reply.header('content-security-policy')?.startsWith('sandbox') ?? false, isSandboxed, type)
    }
    const optedOut = createStageInMemory({}, { isSandboxed: () => false })
    optedOut.s3(found('text/html', 'x'))
    const reply = await optedOut.ask('/a', { cookie: await optedOut.signIn() })
    assert.equal(reply.header('content-security-policy'), undefined)
  })

  const results: [ObjectResult, number][] = [
    [{ kind: 'not-modified', headers: ['etag', '"e"'] }, 304],
    [{ kind: 'precondition-failed' }, 412],
    [{ kind: 'range-not-satisfiable', sizeBytes: 5 }, 416],
    [{ kind: 'not-found' }, 404],
    [{ kind: 'denied' }, 403],
  ]
  for (const [result, status] of results) {
    it(`to '${result.kind}' is ${status}`, async () => {
      const stage = createStageInMemory()
      stage.s3(result)
      const reply = await stage.ask('/a', { cookie: await stage.signIn() })
      assert.equal(reply.status, status)
      assert.equal(reply.header('content-range'), status === 416 ? 'bytes */5' : undefined)
      assert.equal(reply.header('content-length'), undefined)
      assert.equal(stage.steps.includes('denied'), status === 403)
    })
  }

  const failures = Object.keys(errorStatus).filter((code) => /^(?:S3|SSO|SESSION)_/.test(code)) as ErrorCode[]
  for (const code of failures) {
    it(`to ${code} is ${errorStatus[code]}, with a warning for the operator and nothing of it for the client`, async () => {
      const stage = createStageInMemory()
      stage.s3(new S3ProxyError(code, 'canary of the operator'))
      const cookie = await stage.signIn()
      for (const accept of ['text/html', '*/*']) {
        const reply = await stage.ask('/a', { cookie, accept })
        assert.deepEqual([reply.status, reply.code], [errorStatus[code], code])
        assert.equal(reply.header('retry-after') !== undefined, reply.status === 503)
        assert.ok(readAll(reply).includes('request-1'))
        assert.doesNotMatch(readAll(reply), /canary/)
      }
      assert.deepEqual(
        stage.logged.map(({ level, message }) => [level, message]),
        Array(2).fill(['warn', 'canary of the operator']),
      )
    })
  }

  it('to a fault of ours is 500, with its stack in the log and not on the page', async () => {
    const stage = createStageInMemory()
    stage.s3(new TypeError('canary is not a function'))
    const reply = await stage.ask('/a', { cookie: await stage.signIn(), accept: 'text/html' })
    assert.deepEqual([reply.status, reply.code], [500, 'INTERNAL'])
    assert.doesNotMatch(readAll(reply), /canary/)
    assert.equal(stage.logged[0]?.level, 'error')
    assert.match(JSON.stringify(stage.logged[0]?.fields), /TypeError: canary/)
  })

  it('to a client that has left is no failure in the log', async () => {
    const stage = createStageInMemory()
    stage.s3(new TransportError('cancelled', 'given up'))
    const cookie = await stage.signIn()
    const gone = AbortSignal.abort()
    await stage.handler({ ...request('/a', { cookie }), signal: gone }, new RequestRecord())
    assert.deepEqual(stage.logged, [])
  })
})

describe('signing out', () => {
  it('is a button on GET, and happens on a POST of this site only', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    assert.equal((await stage.ask('/__s3proxy/logout', { cookie })).status, 200)
    const foreign = await stage.ask(
      '/__s3proxy/logout',
      { cookie, origin: 'https://evil.example.com' },
      'POST',
    )
    assert.equal(foreign.status, 403)
    assert.equal((await stage.ask('/a', { cookie })).status, 200)
    const done = await stage.ask('/__s3proxy/logout', { cookie, origin: site.origin }, 'POST')
    assert.deepEqual([done.status, locationIn(done)], [303, `${site.origin}/__s3proxy/signed-out`])
    assert.equal((await stage.ask('/a', { cookie })).status, 302)
    const after = await stage.ask('/__s3proxy/signed-out', { cookie })
    assert.deepEqual([after.status, after.record.route, cookiesOf(after)], [200, 'signed-out', ''])
  })
})

describe('a logout that the SSO asks for', () => {
  it('needs neither host nor session, and is no page where the SSO cannot ask', async () => {
    const stage = createStageInMemory({
      backchannel: {
        backchannelLogouts: { end: async () => ({ kind: 'ended', person: 'sso#jo', sessions: 1 }) },
        onLogoutRefused: () => assert.fail('refused'),
      },
    })
    const post = { ...request('/__s3proxy/backchannel-logout', {}, 'POST'), host: '10.0.0.1' }
    const record = new RequestRecord('POST')
    const asked = stage.handler({ ...post, readBody: async () => 'logout_token=a' }, record)
    assert.deepEqual(
      [(await asked).status, record.route, record.person?.id],
      [200, 'backchannel-logout', 'sso#jo'],
    )
    assert.equal((await stage.ask('/__s3proxy/backchannel-logout')).status, 405)
    assert.equal((await createStageInMemory().ask('/__s3proxy/backchannel-logout')).status, 404)
    assert.deepEqual(stage.steps, [])
  })

  it('that the store is away for is 503, after which the SSO may ask again', async () => {
    const away = new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'away')
    const stage = createStageInMemory({
      backchannel: {
        backchannelLogouts: { end: () => Promise.reject(away) },
        onLogoutRefused: () => assert.fail('refused'),
      },
    })
    const post = request('/__s3proxy/backchannel-logout', {}, 'POST')
    const answer = await stage.handler(
      { ...post, readBody: async () => 'logout_token=a' },
      new RequestRecord(),
    )
    assert.equal(answer.status, 503)
  })
})

describe('who is signed in', () => {
  it('is told to that person, once the SSO stands by the session', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    const accept = 'application/json'
    const told = await stage.ask('/__s3proxy/me', { cookie, accept })
    assert.deepEqual([told.status, told.record.route, told.record.who], [200, 'me', 'jo'])
    assert.deepEqual(JSON.parse(readAll(told)), { id: 'jo', groups: 'unknown' })
    assert.doesNotMatch(readAll(told), /token/)
    stage.clock.now += 61_000
    stage.sso.answer = { kind: 'rejected' }
    assert.equal((await stage.ask('/__s3proxy/me', { cookie, accept })).status, 401)
    assert.equal((await stage.ask('/__s3proxy/me', { cookie })).status, 302)
  })

  it('is for the hosts that are served, and for reading only', async () => {
    const stage = createStageInMemory()
    const cookie = await stage.signIn()
    assert.equal((await stage.ask('/__s3proxy/me', { cookie }, 'GET', 'other.example.com')).status, 421)
    assert.equal((await stage.ask('/__s3proxy/me', { cookie }, 'POST')).status, 405)
  })
})

describe('the paths of our own', () => {
  it('say one word, and are reserved', async () => {
    const word = async (state: 'ok' | 'degraded' | 'unready') => {
      const stage = createStageInMemory({
        readiness: { check: async () => ({ state, checks: { s3: 'secret reason' } }) },
      })
      const { status, body } = await stage.ask('/__s3proxy/readyz', {}, 'GET', 'any')
      return [status, body]
    }
    assert.deepEqual(await word('ok'), [200, 'ok\n'])
    assert.deepEqual(await word('degraded'), [200, 'degraded\n'])
    assert.deepEqual(await word('unready'), [503, 'unready\n'])
    const stage = createStageInMemory()
    assert.equal((await stage.ask('/__s3proxy/livez', {}, 'HEAD', 'any')).status, 200)
    const cookie = await stage.signIn()
    for (const target of ['/__s3proxy/', '/__s3proxy/metrics', '/__s3proxy/logout/x', '/%5f_s3proxy/a'])
      assert.equal((await stage.ask(target, { cookie })).status, 404, target)
    assert.equal((await stage.ask('/__s3proxy', { cookie })).status, 200)
  })
})

/** Checks that only the SSO's time counts for the SSO: a slow write to the store counts for the store. */
async function assertOnlySso(stage: ReturnType<typeof createStageInMemory>, cookie: string): Promise<void> {
  const { replace } = stage.store
  stage.store.replace = async (...note) => {
    await sleep(60)
    return replace(...note)
  }
  const { record } = await stage.ask('/a', { cookie })
  stage.store.replace = replace
  assert.ok(Number(record.sessionMs) >= 55, `${record.sessionMs} ms`)
  assert.ok(Number(record.ssoMs) < Number(record.sessionMs), `${record.ssoMs} ms`)
}

describe('with rules', () => {
  const everyone = [{ everyone: true }] as const
  const access = createAccess({
    rules: rulesOf(
      { name: 'public', allow: ['/public/**'], to: [{ anonymous: true }] },
      { name: 'staff', allow: ['/**'], to: everyone },
      { name: 'secrets', deny: ['/secret/**'], to: everyone },
    ),
  })

  it('denies before S3 is asked, the same way whether the object exists or not', async () => {
    const stage = createStageInMemory({ access, contact: 'help@example.org' })
    const cookie = await stage.signIn()
    const replies = [await stage.ask('/secret/a', { cookie, accept: 'text/html' })]
    stage.s3({ kind: 'not-found' })
    replies.push(await stage.ask('/secret/b', { cookie, accept: 'text/html' }))
    const [one, other] = replies
    assert.deepEqual([one?.status, one?.code], [403, 'ACCESS_DENIED'])
    assert.match(String(one?.body), /signed in as jo, .*help@example\.org/s)
    assert.deepEqual([one?.status, one?.headers, one?.body], [other?.status, other?.headers, other?.body])
    assert.deepEqual(stage.steps, ['session', 'session'])
  })

  it('tells the log what the decision rests on', async () => {
    const stage = createStageInMemory({ access })
    const cookie = await stage.signIn()
    const noted = async (target: string, headers = {}) => {
      const { record } = await stage.ask(target, headers)
      return [record.ground, record.rule, record.who]
    }
    assert.deepEqual(await noted('/secret/a', { cookie }), ['deny', 'secrets', 'jo'])
    assert.deepEqual(await noted('/a', { cookie }), ['allow', 'staff', 'jo'])
    assert.deepEqual(await noted('/public/a'), ['anonymous', 'public', undefined])
    assert.deepEqual(await noted('/a'), [undefined, undefined, undefined])
  })

  it('needs no login for what is open to anybody, and one for the rest', async () => {
    const stage = createStageInMemory({ access })
    assert.equal(readAll(await stage.ask('/public/a')), 'hello')
    assert.equal((await stage.ask('/public/a', {}, 'HEAD')).status, 200)
    assert.equal((await stage.ask('/public/a', {}, 'GET', 'other.example.com')).status, 421)
    assert.equal((await stage.ask('/public')).status, 200)
    for (const target of ['/publicx', '/secret/a', '/', '/Public/a'])
      assert.equal((await stage.ask(target)).status, 302, target)
    assert.equal((await stage.ask('/a', { 'sec-fetch-mode': 'cors' })).status, 401)
  })

  it('decides about the root like about any other path', async () => {
    const rules = rulesOf({ allow: ['/a'], to: everyone })
    const stage = createStageInMemory({ access: createAccess({ rules }) })
    const cookie = await stage.signIn()
    assert.equal((await stage.ask('/', { cookie })).status, 403)
    assert.equal((await stage.ask('/a', { cookie })).status, 200)
  })

  it('asks nothing of the health check', async () => {
    const stage = createStageInMemory({ access: createAccess({ rules: rulesOf({ deny: ['/**'] }) }) })
    assert.equal((await stage.ask('/health')).status, 200)
  })
})
