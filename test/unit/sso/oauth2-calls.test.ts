import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { ErrorCode, S3ProxyError } from '../../../src/errors.ts'
import { createOAuth2Calls, type OAuth2CallsOptions } from '../../../src/sso/oauth2-calls.ts'
import { createOAuth2Sso } from '../../../src/sso/oauth2-sso.ts'
import type { SsoCalls } from '../../../src/sso/sso-calls.ts'
import { type SsoAddresses, ssoEndpoints } from '../../../src/sso/sso-endpoints.ts'
import { findFreePort } from '../../helpers/network/free-port.ts'
import type { SsoFault } from '../../helpers/sso/stand-in/sso-fault.ts'
import type { SsoStandInOptions } from '../../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../../helpers/sso/stand-in/start-sso-stand-in.ts'
import { usualPlaces } from '../../helpers/sso/usual-places.ts'

const paths = { authorizeUrl: 'o/authorize/', tokenUrl: 'o/token/', identityUrl: 'api/v1/user/me/' }
const redirectUri = 'https://assets.example.com/__redirect_from_sso'
const codeVerifier = 'v'.repeat(43)
const login = { state: 'the-state', codeVerifier, redirectUri }

/** Faults of both endpoints, with the codes that they become. */
const faults: [string, SsoFault, ErrorCode][] = [
  ['a page with 200', { html: 200 }, 'SSO_BAD_ANSWER'],
  ['a page with 404', { html: 404 }, 'SSO_BAD_ANSWER'],
  ['a page with 500', { html: 500 }, 'SSO_UNAVAILABLE'],
  ['a page with 504', { html: 504 }, 'SSO_UNAVAILABLE'],
  ['503 in JSON', { status: 503 }, 'SSO_UNAVAILABLE'],
  ['504 in JSON', { status: 504 }, 'SSO_UNAVAILABLE'],
  ['429', { status: 429 }, 'SSO_BUSY'],
  ['429 as a page', { html: 429 }, 'SSO_BUSY'],
  ['truncated JSON', { truncated: true }, 'SSO_BAD_ANSWER'],
  ['more than 1 MiB', { hugeBytes: 1_100_000 }, 'SSO_BAD_ANSWER'],
  ['JSON that is an array', { json: ['canary'] }, 'SSO_BAD_ANSWER'],
  ['JSON that is null', { json: null }, 'SSO_BAD_ANSWER'],
  ['JSON that is a number', { json: 5 }, 'SSO_BAD_ANSWER'],
  ['JSON that is a text', { json: 'canary' }, 'SSO_BAD_ANSWER'],
  ['an empty body', { status: 200, body: '' }, 'SSO_BAD_ANSWER'],
  ['JSON that breaks behind a secret', { status: 200, body: '{"a":"canary" oops' }, 'SSO_BAD_ANSWER'],
  ['a redirect', { redirect: 'http://127.0.0.1:1/canary' }, 'SSO_BAD_ANSWER'],
  ['a reset', { reset: true }, 'SSO_UNAVAILABLE'],
  ['no HTTP', { raw: 'canary\r\n\r\n' }, 'SSO_UNAVAILABLE'],
  ['nothing but an end', { raw: '' }, 'SSO_UNAVAILABLE'],
]
const asPage = { type: 'text/html; charset=utf-8' }
const invalidGrant = '{"error": "invalid_grant"}'
const slowness: [string, SsoFault][] = [
  ['no answer', { stall: 'before-head' }],
  ['half an answer', { stall: 'in-body' }],
  ['an answer that never ends', { dripEveryMs: 20 }],
]

describe('exchangeCode', () => {
  it('gives the token for a code, with the secret in the form and nowhere else', async (t) => {
    const { sso, client } = await start(t)
    assert.equal(
      (await client.exchangeCode({ ...login, code: await newCode(sso.url) })).accessToken,
      sso.tokens[0],
    )
    const request = sso.requests.at(-1)
    assert.equal(request?.target, '/o/token/')
    assert.deepEqual([...(request?.params.keys() ?? [])].sort(), [
      'client_id',
      'client_secret',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ])
    assert.ok(!JSON.stringify(request?.headers).includes('secret'))
    assert.equal(request?.headers['user-agent'], 's3proxy/1.2.3')
  })

  for (const [name, fault, code] of faults)
    it(`says ${code} for ${name}`, async (t) => {
      const { sso, client } = await start(t)
      sso.misbehave({ token: fault })
      await assertFails(client.exchangeCode({ ...login, code: await newCode(sso.url) }), code)
    })

  for (const [name, fault] of slowness)
    it(`says SSO_TIMEOUT for ${name}, and lets the connection go`, async (t) => {
      const { sso, client } = await start(t, { timeoutMs: 150 })
      sso.misbehave({ token: fault })
      const startedAt = performance.now()
      await assertFails(client.exchangeCode({ ...login, code: await newCode(sso.url) }), 'SSO_TIMEOUT')
      assert.ok(performance.now() - startedAt < 5000)
    })

  it('has one deadline for head and body together', async (t) => {
    const { sso, client } = await start(t, { timeoutMs: 1500 })
    sso.misbehave({ token: { delayMs: 1200, thenStall: true } })
    const code = await newCode(sso.url)
    const startedAt = performance.now()
    await assertFails(client.exchangeCode({ ...login, code }), 'SSO_TIMEOUT')
    // With a deadline for each call it would take 2700 ms.
    assert.ok(performance.now() - startedAt < 2400)
  })

  for (const [name, fault, code] of [
    ['400 invalid_grant', { status: 400, error: 'invalid_grant' }, 'SSO_INVALID_GRANT'],
    ['401 invalid_grant', { status: 401, error: 'invalid_grant' }, 'SSO_INVALID_GRANT'],
    ['403 invalid_grant', { status: 403, error: 'invalid_grant' }, 'SSO_INVALID_GRANT'],
    ['200 invalid_grant', { status: 200, error: 'invalid_grant' }, 'SSO_INVALID_GRANT'],
    ['401 invalid_grant called a page', { ...asPage, status: 401, body: invalidGrant }, 'SSO_INVALID_GRANT'],
    ['400 invalid_grant with a mark', { status: 400, body: `\ufeff${invalidGrant}` }, 'SSO_INVALID_GRANT'],
    ['the wrong code of GitHub', { status: 200, error: 'bad_verification_code' }, 'SSO_INVALID_GRANT'],
    [
      'the wrong secret of GitHub',
      { status: 200, error: 'incorrect_client_credentials' },
      'SSO_REFUSED_CODE',
    ],
    ['400 invalid_client', { status: 400, error: 'invalid_client' }, 'SSO_REFUSED_CODE'],
    ['400 unauthorized_client', { status: 400, error: 'unauthorized_client' }, 'SSO_REFUSED_CODE'],
    ['403 invalid_client', { status: 403, error: 'invalid_client' }, 'SSO_FORBADE_CODE'],
    ['401 invalid_request', { status: 401, error: 'invalid_request' }, 'SSO_BAD_ANSWER'],
    ['400 invalid_scope', { status: 400, error: 'invalid_scope' }, 'SSO_BAD_ANSWER'],
    ['400 server_error', { status: 400, error: 'server_error' }, 'SSO_UNAVAILABLE'],
    ['500 invalid_grant', { status: 500, error: 'invalid_grant' }, 'SSO_UNAVAILABLE'],
    ['429 invalid_grant', { status: 429, error: 'invalid_grant' }, 'SSO_BUSY'],
    ['401 with another error', { status: 401, error: 'of_our_own' }, 'SSO_REFUSED_CODE'],
    ['400 invalid_request', { status: 400, error: 'invalid_request' }, 'SSO_BAD_ANSWER'],
    ['401 in JSON', { status: 401, error: 'invalid_client' }, 'SSO_REFUSED_CODE'],
    ['401 as a page', { html: 401 }, 'SSO_REFUSED_CODE'],
    ['403 in JSON', { status: 403, error: 'canary text\n' }, 'SSO_FORBADE_CODE'],
    ['403 as a page', { html: 403 }, 'SSO_FORBADE_CODE'],
    ['no token', { json: { token_type: 'Bearer' } }, 'SSO_BAD_ANSWER'],
    ['a token that is a number', { json: { access_token: 5 } }, 'SSO_BAD_ANSWER'],
    ['a token that is empty', { json: { access_token: '' } }, 'SSO_BAD_ANSWER'],
    ['a token that no header takes', { json: { access_token: 'canary\r\nx: y' } }, 'SSO_BAD_ANSWER'],
    ['a body that is cut', { cutBody: true }, 'SSO_BAD_ANSWER'],
  ] as [string, SsoFault, ErrorCode][])
    it(`says ${code} for ${name}`, async (t) => {
      const { sso, client } = await start(t)
      sso.misbehave({ token: fault })
      await assertFails(client.exchangeCode({ ...login, code: await newCode(sso.url) }), code)
    })

  for (const [name, answer] of [
    ['as a page', { type: 'text/html' }],
    ['as text in another charset', { type: 'text/plain; charset=iso-8859-1' }],
    ['with an empty type', { type: '' }],
    ['behind a byte order mark', { type: 'application/json', body: '\ufeff{"access_token": "abc"}' }],
  ] as const)
    it(`takes a token in JSON that is sent ${name}`, async (t) => {
      const { sso, client } = await start(t)
      sso.misbehave({ token: { status: 200, body: '{"access_token": "abc"}', ...answer } })
      assert.equal((await client.exchangeCode({ ...login, code: await newCode(sso.url) })).accessToken, 'abc')
    })

  it('takes a token in JSON without a content-type', async (t) => {
    const { sso, client } = await start(t)
    const body = '{"access_token": "abc"}'
    sso.misbehave({ token: { raw: `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}` } })
    assert.equal((await client.exchangeCode({ ...login, code: await newCode(sso.url) })).accessToken, 'abc')
  })

  it('says when a busy SSO wants to be asked again', async (t) => {
    const { sso, client } = await start(t)
    sso.misbehave({ token: { status: 429, headers: { 'retry-after': '7' } } })
    const code = await newCode(sso.url)
    await assert.rejects(client.exchangeCode({ ...login, code }), { code: 'SSO_BUSY', retryAfterSeconds: 7 })
  })

  it('names the SSO nothing of a secret that the library does not take', async (t) => {
    for (const clientSecret of ['canary-ü', 'canary\tx', 'canary\nx', 'canary\u007f']) {
      const { client } = await start(t, { clientSecret })
      await assertFails(client.exchangeCode({ ...login, code: 'x' }), 'SSO_REFUSED_CODE')
    }
  })

  it('takes a token whose lifetime makes no sense', async (t) => {
    const { sso, client } = await start(t)
    for (const expires of ['soon', -1, 1e300, null, {}]) {
      sso.misbehave({ token: { json: { access_token: 'abc', expires_in: expires } } })
      assert.equal((await client.exchangeCode({ ...login, code: await newCode(sso.url) })).accessToken, 'abc')
    }
  })

  it('says SSO_REFUSED_CODE for the wrong secret, SSO_INVALID_GRANT for the wrong verifier', async (t) => {
    const { sso, client } = await start(t)
    const wrong = createOAuth2Calls({ ...options(sso.url), clientSecret: 'wrong-canary' })
    await assertFails(wrong.exchangeCode({ ...login, code: await newCode(sso.url) }), 'SSO_REFUSED_CODE')
    const other = { ...login, code: await newCode(sso.url), codeVerifier: 'w'.repeat(43) }
    await assertFails(client.exchangeCode(other), 'SSO_INVALID_GRANT')
  })

  it('says SSO_UNAVAILABLE where nobody listens', async () => {
    const client = createOAuth2Calls(options(`http://127.0.0.1:${await findFreePort()}/`))
    await assertFails(client.exchangeCode({ ...login, code: 'x' }), 'SSO_UNAVAILABLE')
    await assertFails(client.identify('x'), 'SSO_UNAVAILABLE')
  })
})

describe('refresh', () => {
  for (const refreshTokens of ['rotating', 'kept'] as const)
    it(`gives new tokens for a refresh token that is ${refreshTokens}`, async (t) => {
      const { sso, client } = await start(t, {}, { refreshTokens, expiresInSeconds: 600 })
      const first = await client.exchangeCode({ ...login, code: await newCode(sso.url) })
      assert.match(first.refreshToken ?? '', /^refresh-/)
      assert.equal((first.expiresAt ?? 0) - (first.renewAt ?? 0), 120_000)
      const refreshed = await client.refresh(first.refreshToken ?? '')
      assert.ok(refreshed.kind === 'known')
      const { tokens } = refreshed
      assert.equal(tokens.accessToken, sso.tokens[1])
      const leftMs = (tokens.expiresAt ?? 0) - Date.now()
      assert.ok(leftMs > 500_000 && leftMs <= 600_000, `${leftMs}`)
      assert.equal(tokens.refreshToken === undefined, refreshTokens === 'kept')
      assert.deepEqual(Object.fromEntries(sso.requests.at(-1)?.params ?? []), {
        ...{ grant_type: 'refresh_token', refresh_token: first.refreshToken },
        ...{ client_id: sso.clientId, client_secret: sso.clientSecret },
      })
      assert.equal((await client.identify(tokens.accessToken)).kind, 'known')
      const again = await client.refresh(first.refreshToken ?? '')
      assert.equal(again.kind, refreshTokens === 'kept' ? 'known' : 'rejected')
    })

  it('takes tokens of 64 KiB, and no longer ones', async (t) => {
    const { sso, client } = await start(t)
    const long = 'x'.repeat(65_536)
    sso.misbehave({ token: { json: { access_token: long, refresh_token: `${long}x` } } })
    assert.deepEqual(await client.refresh('r'), { kind: 'known', tokens: { accessToken: long } })
    sso.misbehave({ token: { json: { access_token: `${long}x` } } })
    await assertFails(client.refresh('r'), 'SSO_BAD_ANSWER')
  })

  for (const [status, error] of [
    [400, 'invalid_grant'],
    [401, 'invalid_grant'],
    [200, 'bad_refresh_token'],
    [400, 'invalid_refresh_token'],
    [400, 'unauthorized_client'],
    [400, 'unsupported_grant_type'],
    [400, 'invalid_request'],
  ] as const)
    it(`says rejected for ${status} ${error}`, async (t) => {
      const { sso, client } = await start(t)
      sso.misbehave({ token: { status, error } })
      assert.deepEqual(await client.refresh('canary'), { kind: 'rejected' })
    })

  for (const [name, fault, code] of [
    ...faults,
    ['400 invalid_client', { status: 400, error: 'invalid_client' }, 'SSO_BAD_ANSWER'],
    ['401 invalid_client', { status: 401, error: 'invalid_client' }, 'SSO_BAD_ANSWER'],
    ['the wrong secret of GitHub', { status: 200, error: 'incorrect_client_credentials' }, 'SSO_BAD_ANSWER'],
    ['401 as a page', { html: 401 }, 'SSO_BAD_ANSWER'],
    ['403 as a page', { html: 403 }, 'SSO_BAD_ANSWER'],
    ['400 server_error', { status: 400, error: 'server_error' }, 'SSO_UNAVAILABLE'],
    ['503 invalid_grant', { status: 503, error: 'invalid_grant' }, 'SSO_UNAVAILABLE'],
    ['429 invalid_grant', { status: 429, error: 'invalid_grant' }, 'SSO_BUSY'],
  ] as [string, SsoFault, ErrorCode][])
    it(`says ${code} for ${name}`, async (t) => {
      const { sso, client } = await start(t)
      sso.misbehave({ token: fault })
      await assertFails(client.refresh('canary'), code)
    })

  for (const [name, fault] of slowness)
    it(`says SSO_TIMEOUT for ${name}`, async (t) => {
      const { sso, client } = await start(t, { timeoutMs: 150 })
      sso.misbehave({ token: fault })
      await assertFails(client.refresh('canary'), 'SSO_TIMEOUT')
    })
})

describe('identify', () => {
  it('tells who has a token, by the first claim that names somebody', async (t) => {
    const { sso, client } = await start(t)
    for (const [claims, id] of [
      [{ email: 'jo@example.com', user_id: 'u-1' }, 'u-1'],
      [{ sub: 's-1', email: 'jo@example.com' }, 's-1'],
      [{ id: 5, email: 'jo@example.com' }, '5'],
      [{ user_id: '', email: 'jo@example.com' }, 'jo@example.com'],
      [{ first_name: 'Jo' }, undefined],
    ] as const) {
      sso.misbehave({ me: { json: claims } })
      assert.equal(await idOf(client, sso.issueToken()), id)
    }
  })

  it('tells who has a token by the claim that was chosen, and by no other', async (t) => {
    const { sso, client } = await start(t, { userClaim: 'email' })
    for (const [claims, id] of [
      [{ email: 'jo@example.com', user_id: 'u-1' }, 'jo@example.com'],
      [{ user_id: 'u-1' }, undefined],
    ] as const) {
      sso.misbehave({ me: { json: claims } })
      assert.equal(await idOf(client, sso.issueToken()), id)
    }
  })

  it('takes all that it tells of a person from the claims that were chosen', async (t) => {
    const { sso, client } = await start(t, {
      ...{ userClaim: '/user/id', nameClaim: '/user/full~1name', emailClaim: 'mail' },
      ...{ groupsClaim: '/realm_access/roles', trustEmail: true },
    })
    const claims = {
      ...{ sub: 's-1', user: { id: 7, 'full/name': 'Jo' }, mail: 'jo@example.com' },
      realm_access: { roles: ['a', 'b'] },
    }
    sso.misbehave({ me: { json: claims } })
    assert.deepEqual(await client.identify(sso.issueToken()), {
      kind: 'known',
      person: {
        ...{ id: '7', name: 'Jo', email: 'jo@example.com', emailVerified: true, groups: ['a', 'b'] },
        claims,
      },
    })
  })

  for (const type of ['text/html', 'text/plain; charset=utf-8', ''])
    it(`takes JSON that is sent as '${type}', with or without a byte order mark`, async (t) => {
      const { sso, client } = await start(t)
      for (const body of ['{"sub": "jo"}', '\ufeff{"sub": "jo"}']) {
        sso.misbehave({ me: { status: 200, type, body } })
        assert.equal(await idOf(client, sso.issueToken()), 'jo')
      }
    })

  it('says what it is, and when nobody is named', async (t) => {
    let unnamed = 0
    const { sso, client } = await start(t, { onUnnamed: () => unnamed++ })
    await client.identify(sso.issueToken())
    assert.equal(sso.requests.at(-1)?.headers['user-agent'], 's3proxy/1.2.3')
    assert.equal(unnamed, 0)
    sso.misbehave({ me: { json: { first_name: 'Jo' } } })
    await client.identify(sso.issueToken())
    assert.equal(unnamed, 1)
  })

  it('says when a busy SSO wants to be asked again', async (t) => {
    const { sso, client } = await start(t)
    for (const [status, header, retryAfterSeconds] of [
      [429, '7', 7],
      [503, '120', 120],
      [503, 'soon', undefined],
    ] as const) {
      sso.misbehave({ me: { status, headers: { 'retry-after': header } } })
      await assert.rejects(client.identify(sso.issueToken()), { retryAfterSeconds })
    }
  })

  it('asks about no token that a header cannot take, and quotes none', async (t) => {
    const { sso, client } = await start(t)
    for (const token of ['', 'canary\r\nx: y', 'canary-ü', 'canary x'])
      assert.deepEqual(await client.identify(token), { kind: 'rejected' })
    assert.equal(sso.calls.me, 0)
  })

  it('says rejected for 401 and 403', async (t) => {
    const { sso, client } = await start(t)
    assert.deepEqual(await client.identify('unknown'), { kind: 'rejected' })
    for (const fault of [{ status: 403 }, { html: 401 }, { html: 403 }]) {
      sso.misbehave({ me: fault })
      assert.deepEqual(await client.identify(sso.issueToken()), { kind: 'rejected' })
    }
  })

  for (const [name, fault, code] of faults)
    it(`says ${code} for ${name}`, async (t) => {
      const { sso, client } = await start(t)
      sso.misbehave({ me: fault })
      await assertFails(client.identify(sso.issueToken()), code)
    })

  for (const [name, fault] of slowness)
    it(`says SSO_TIMEOUT for ${name}`, async (t) => {
      const { sso, client } = await start(t, { timeoutMs: 150 })
      sso.misbehave({ me: fault })
      await assertFails(client.identify(sso.issueToken()), 'SSO_TIMEOUT')
    })

  it('asks once more when the connection breaks, and not a third time', async (t) => {
    const { sso, client } = await start(t)
    sso.misbehave({ me: (ordinal) => (ordinal === 1 ? { reset: true } : undefined) })
    assert.equal((await client.identify(sso.issueToken())).kind, 'known')
    assert.equal(sso.calls.me, 2)
    sso.misbehave({ me: { reset: true } })
    await assertFails(client.identify(sso.issueToken()), 'SSO_UNAVAILABLE')
    assert.equal(sso.calls.me, 4)
  })

  it('asks at the addresses that were given', async (t) => {
    const { sso } = await start(t)
    const addresses = { tokenUrl: `${sso.url}o/token/`, identityUrl: `${sso.url}api/v1/user/me/?fields=id` }
    const client = createOAuth2Calls(options('http://127.0.0.1:1/', addresses))
    await client.exchangeCode({ ...login, code: await newCode(sso.url) })
    assert.equal(sso.requests.at(-1)?.target, '/o/token/')
    assert.equal((await client.identify(sso.issueToken())).kind, 'known')
    assert.equal(sso.requests.at(-1)?.target, '/api/v1/user/me/?fields=id')
  })

  it('asks the internal URL', async (t) => {
    const { sso } = await start(t)
    const client = createOAuth2Calls(options('http://127.0.0.1:1/', { internalUrl: sso.url.slice(0, -1) }))
    assert.equal((await client.identify(sso.issueToken())).kind, 'known')
  })
})

async function start(
  t: TestContext,
  more: Partial<OAuth2CallsOptions> = {},
  standIn: SsoStandInOptions = {},
) {
  const sso = await startSsoStandIn(standIn)
  t.after(() => sso.close())
  return { sso, client: createOAuth2Calls({ ...options(sso.url), ...more }) }
}

function options(url: string, addresses: Partial<SsoAddresses> = {}) {
  return {
    endpoints: ssoEndpoints({ url, ...paths, ...addresses }),
    clientId: 'proxy-client',
    clientSecret: 'sso secret/+&=%',
    clientAuthentication: 'post' as const,
    ...usualPlaces,
    timeoutMs: 10_000,
    userAgent: 's3proxy/1.2.3',
    now: Date.now,
  }
}

/** The id of the person of a token. @returns `rejected` where the SSO refuses the token */
async function idOf(client: SsoCalls, token: string): Promise<string | undefined> {
  const identity = await client.identify(token)
  return identity.kind === 'known' ? identity.person.id : identity.kind
}

async function newCode(url: string): Promise<string> {
  const given = { ...options(url), scope: 'read write' }
  const authorize = await createOAuth2Sso(createOAuth2Calls(given), given).begin(login)
  const answer = await fetch(authorize, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

/** Expects a failure whose message holds nothing that the SSO said or s3proxy sent. */
async function assertFails(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error: S3ProxyError) => {
    assert.equal(error.code, code, error.message)
    assert.doesNotMatch(error.message, /canary|sso secret|token-|code-[\w-]{20}|stand-in-page-text/)
    return true
  })
}
