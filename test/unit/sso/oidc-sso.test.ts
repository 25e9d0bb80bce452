import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3ProxyError } from '../../../src/errors.ts'
import type { Issuer, VerifiedJwt } from '../../../src/issuer/issuer.ts'
import type { IssuerMetadata } from '../../../src/issuer/issuer-metadata.ts'
import type { Grant } from '../../../src/session/session.ts'
import { nonceOf } from '../../../src/sso/oidc-nonce.ts'
import { createOidcSso, type OidcCalls } from '../../../src/sso/oidc-sso.ts'
import type { OidcTokens } from '../../../src/sso/oidc-token-endpoint.ts'
import { unsignedJwt } from '../../helpers/issuer/sign-jwt.ts'

const name = 'https://sso.example.com'
const login = { issuer: name, subject: 'jo' }
const record = { timed: <T>(_phase: 'ssoMs', work: Promise<T>) => work }
const codeVerifier = 'v'.repeat(43)
const begun = { state: 's', codeVerifier, redirectUri: 'https://assets.example.com/cb' }
const returned = { code: 'c', codeVerifier, redirectUri: 'https://assets.example.com/cb', issuer: name }
const nowMs = 1_700_000_000_000

describe('begin', () => {
  it('sends a nonce that the verifier alone tells, and keeps what the address has', async () => {
    const { sso } = start({ authorization_endpoint: `${name}/auth?a=b` })
    const url = new URL(await sso.begin(begun))
    assert.deepEqual(
      ['a', 'client_id', 'state', 'nonce', 'code_challenge_method', 'prompt'].map((key) =>
        url.searchParams.get(key),
      ),
      ['b', 'client', 's', nonceOf(codeVerifier), 'S256', 'login'],
    )
    assert.notEqual(nonceOf(codeVerifier), url.searchParams.get('code_challenge'))
  })
})

describe('finish', () => {
  it('names the person by issuer and subject, with claims of both sources, those of the id token first', async () => {
    const { sso, calls } = start()
    calls.told = { sub: 'jo', name: 'Other', email: 'jo@example.com', email_verified: 'true' }
    const granted = await sso.finish(returned, record)
    assert.ok(granted.kind === 'known')
    const { person, ...grant } = granted.grant
    assert.deepEqual(grant, { accessToken: 'access', refreshToken: 'refresh', idToken: calls.jwt, login })
    assert.equal(person.id, `${name}#jo`)
    assert.deepEqual([person.name, person.email, person.emailVerified], ['Jo', 'jo@example.com', true])
    assert.deepEqual(Object.keys(person.claims ?? {}).sort(), [
      'email',
      'email_verified',
      'groups',
      'iss',
      'name',
      'sub',
    ])
  })

  it('names the person by another claim where it is told to', async () => {
    const { sso } = start({}, { userClaim: '/name' })
    const granted = await sso.finish(returned, record)
    assert.equal(granted.kind === 'known' && granted.grant.person.id, 'Jo')
  })

  it('signs nobody in whom userinfo does not know, or takes for somebody else', async () => {
    const { sso, calls } = start()
    for (const told of [{ sub: 'eve' }, {}, { sub: ['jo'] }]) {
      calls.told = told
      await assert.rejects(sso.finish(returned, record), { code: 'SSO_BAD_ANSWER' })
    }
    calls.told = undefined
    assert.deepEqual(await sso.finish(returned, record), { kind: 'rejected' })
  })

  it('signs nobody in without an id token', async () => {
    const { sso, calls } = start()
    calls.claims = undefined
    await assert.rejects(sso.finish(returned, record), {
      code: 'SSO_ID_TOKEN',
      message: /is missing.*openid/,
    })
  })

  it('asks for nothing where the callback is of another issuer', async () => {
    const sends = { authorization_response_iss_parameter_supported: true }
    for (const [metadata, issuer] of [
      [{}, 'https://evil.example'],
      [{}, `${name}/`],
      [{}, ''],
      [sends, undefined],
    ] as const) {
      const { sso, calls } = start(metadata)
      await assert.rejects(sso.finish({ ...returned, issuer }, record), { code: 'SSO_BAD_ANSWER' })
      assert.deepEqual(calls.asked, [])
    }
    const { sso } = start()
    assert.equal((await sso.finish({ ...returned, issuer: undefined }, record)).kind, 'known')
  })

  it('tells when groups are not known although there are some', async () => {
    const { sso, calls, reasons } = start()
    await sso.finish(returned, record)
    calls.claims = { ...calls.claims, groups: 7 }
    const granted = await sso.finish(returned, record)
    assert.equal(granted.kind === 'known' && granted.grant.person.groups, 'unknown')
    assert.equal(reasons.length, 1)
  })
})

describe('check', () => {
  it('learns what userinfo says now, and keeps the claims of the id token', async () => {
    const { sso, calls, grant } = start()
    calls.told = { sub: 'jo', name: 'Other', email: 'new@example.com', groups: ['not these'] }
    const granted = await sso.check(grant)
    assert.ok(granted.kind === 'known')
    assert.deepEqual(calls.asked, ['identify access'])
    assert.deepEqual(
      [granted.grant.person.name, granted.grant.person.email, granted.grant.person.groups],
      ['Jo', 'new@example.com', ['staff']],
    )
  })

  it('rejects a token that userinfo rejects, and fails where it is about somebody else', async () => {
    const { sso, calls, grant } = start()
    calls.told = undefined
    assert.deepEqual(await sso.check(grant), { kind: 'rejected' })
    calls.told = { sub: 'eve' }
    await assert.rejects(sso.check(grant), { code: 'SSO_BAD_ANSWER' })
  })

  it('goes by the end of the token where there is no userinfo', async () => {
    const { sso, calls, grant } = start({ userinfo_endpoint: undefined })
    for (const [expiresAt, kind] of [
      [nowMs + 1, 'known'],
      [nowMs, 'rejected'],
      [undefined, 'known'],
    ] as const)
      assert.equal((await sso.check({ ...grant, expiresAt })).kind, kind)
    assert.equal((await sso.check({ accessToken: 'of the original' })).kind, 'rejected')
    assert.deepEqual(calls.asked, [])
  })

  it('learns from userinfo whose token it is, where a session of the original has nothing else', async () => {
    const { sso, calls } = start()
    const granted = await sso.check({ accessToken: 'of the original' })
    assert.ok(granted.kind === 'known')
    assert.deepEqual(granted.grant.login, login)
    calls.told = { name: 'nobody' }
    await assert.rejects(sso.check({ accessToken: 'of the original' }), { code: 'SSO_BAD_ANSWER' })
  })
})

describe('renew', () => {
  it('replaces the claims of the old id token, and keeps those of userinfo', async () => {
    const { sso, calls, grant } = start()
    const claims = { ...grant.person.claims, email: 'jo@example.com' }
    calls.claims = { iss: name, sub: 'jo', name: 'New Jo', sid: 'session' }
    const granted = await sso.renew({ ...grant, person: { ...grant.person, claims }, expiresAt: nowMs })
    assert.ok(granted.kind === 'known')
    const { person, ...rest } = granted.grant
    // The old id token had groups, and the new one has none.
    assert.deepEqual([person.name, person.email, person.groups], ['New Jo', 'jo@example.com', 'unknown'])
    assert.deepEqual(rest.login, { ...login, sid: 'session' })
    assert.deepEqual([rest.expiresAt, rest.idToken], [undefined, calls.jwt])
    assert.deepEqual(calls.asked, ['refresh refresh'])
  })

  it('keeps person and tokens that the answer has not', async () => {
    const { sso, calls, grant } = start()
    calls.claims = undefined
    calls.tokens = { accessToken: 'next' }
    const granted = await sso.renew(grant)
    assert.deepEqual(granted, {
      kind: 'known',
      grant: {
        ...{ ...grant, accessToken: 'next' },
        ...{ expiresAt: undefined, renewAt: undefined, unverifiedIdToken: undefined },
      },
    })
  })

  it('fails where the new id token is of somebody else', async () => {
    const { sso, calls, grant } = start()
    calls.claims = { iss: name, sub: 'eve' }
    await assert.rejects(sso.renew(grant), { code: 'SSO_ID_TOKEN' })
  })

  it('rejects a grant whose refresh token is over, or missing', async () => {
    const { sso, calls, grant } = start()
    calls.isRefreshRejected = true
    assert.deepEqual(await sso.renew(grant), { kind: 'rejected' })
    assert.deepEqual(await sso.renew({ ...grant, refreshToken: undefined }), { kind: 'rejected' })
    assert.deepEqual(calls.asked, ['refresh refresh'])
  })
})

describe('an id token that waits for keys', () => {
  const away = new S3ProxyError('SSO_UNAVAILABLE', 'away')
  const next = { iss: name, sub: 'jo', aud: 'client', name: 'New Jo', groups: ['new'], sid: 'session' }
  const jwt = unsignedJwt(next)

  it('changes nothing of the person, and is kept with the new tokens', async () => {
    const { sso, calls, grant } = start()
    calls.claims = undefined
    calls.tokens = { accessToken: 'next', refreshToken: 'refresh-2', unverifiedIdToken: jwt }
    const granted = await sso.renew(grant)
    assert.ok(granted.kind === 'known')
    assert.deepEqual(granted.grant.person, grant.person)
    const { refreshToken, idToken, unverifiedIdToken } = granted.grant
    assert.deepEqual([refreshToken, idToken, unverifiedIdToken], ['refresh-2', grant.idToken, jwt])
  })

  it('is verified by a check once there are keys, and counts then', async () => {
    for (const metadata of [{}, { userinfo_endpoint: undefined }]) {
      const { sso, calls, grant } = start(metadata)
      const waiting = { ...grant, unverifiedIdToken: jwt }
      calls.verify = () => Promise.reject(away)
      const before = await sso.check(waiting)
      assert.ok(before.kind === 'known')
      assert.equal(before.grant.unverifiedIdToken, jwt)
      assert.deepEqual([before.grant.person.name, before.grant.idToken], ['Jo', grant.idToken])
      calls.verify = async () => ({ kind: 'verified', claims: next, type: undefined })
      const after = await sso.check(waiting)
      assert.ok(after.kind === 'known')
      assert.equal(after.grant.unverifiedIdToken, undefined)
      assert.deepEqual([after.grant.person.name, after.grant.person.groups], ['New Jo', ['new']])
      assert.deepEqual([after.grant.idToken, after.grant.login?.sid], [jwt, 'session'])
    }
  })

  it('is rejected by a check where it is refused, or of somebody else', async () => {
    const { sso, calls, grant } = start()
    calls.verify = async () => ({ kind: 'refused', reason: 'has expired (exp)' })
    assert.deepEqual(await sso.check({ ...grant, unverifiedIdToken: jwt }), { kind: 'rejected' })
    const ofEve = unsignedJwt({ ...next, sub: 'eve' })
    calls.verify = async () => ({ kind: 'verified', claims: {}, type: undefined })
    assert.deepEqual(await sso.check({ ...grant, unverifiedIdToken: ofEve }), { kind: 'rejected' })
    assert.deepEqual(calls.asked, [])
  })

  it('keeps a refresh token from being used while there are no keys', async () => {
    const { sso, calls, grant } = start()
    calls.verify = () => Promise.reject(away)
    await assert.rejects(sso.renew({ ...grant, unverifiedIdToken: jwt }), { code: 'SSO_UNAVAILABLE' })
    assert.deepEqual(calls.asked, [])
    calls.verify = async () => ({ kind: 'refused', reason: 'has expired (exp)' })
    const granted = await sso.renew({ ...grant, unverifiedIdToken: jwt })
    assert.equal(granted.kind === 'known' && granted.grant.unverifiedIdToken, undefined)
    assert.deepEqual(calls.asked, ['refresh refresh'])
  })

  it('hides no fault of ours', async () => {
    const { sso, calls, grant } = start()
    calls.verify = () => Promise.reject(new TypeError('a bug'))
    await assert.rejects(sso.check({ ...grant, unverifiedIdToken: jwt }), /a bug/)
  })
})

/** Members of the discovery document that differ; `undefined` takes one away. */
type OtherMetadata = { [name in keyof IssuerMetadata]?: IssuerMetadata[name] | undefined }

/** An SSO whose calls are answered as `calls` says. */
function start(metadata: OtherMetadata = {}, options: { userClaim?: string } = {}) {
  const issuer: Issuer = {
    name,
    address: `${name}/.well-known/openid-configuration`,
    metadata: async () =>
      ({
        issuer: name,
        authorization_endpoint: `${name}/auth`,
        userinfo_endpoint: `${name}/userinfo`,
        ...metadata,
      }) as IssuerMetadata,
    verify: () => calls.verify(),
  }
  const first = { iss: name, sub: 'jo', name: 'Jo', groups: ['staff'], nonce: 'n', exp: 1 }
  const calls = {
    asked: [] as string[],
    /** The claims of id tokens; none where undefined. */
    claims: first as Record<string, unknown> | undefined,
    tokens: { accessToken: 'access', refreshToken: 'refresh' } as OidcTokens['tokens'],
    /** The claims of userinfo, which rejects the token where undefined. */
    told: { sub: 'jo' } as Record<string, unknown> | undefined,
    isRefreshRejected: false,
    verify: (): Promise<VerifiedJwt> => assert.fail('tokens are verified where they come in'),
    jwt: '',
  }
  const tokensNow = (): OidcTokens => {
    const { claims, tokens } = calls
    if (claims === undefined) return { tokens, idToken: undefined }
    calls.jwt = unsignedJwt(claims)
    const { sub, sid } = claims as { sub: string; sid?: string }
    const named = { issuer: name, subject: sub, ...(sid !== undefined && { sid }) }
    return { tokens: { ...tokens, idToken: calls.jwt }, idToken: { claims, login: named } }
  }
  const sso = createOidcSso(
    {
      async exchangeCode({ code }) {
        calls.asked.push(`exchange ${code}`)
        return tokensNow()
      },
      async refresh(refreshToken) {
        calls.asked.push(`refresh ${refreshToken}`)
        return calls.isRefreshRejected ? { kind: 'rejected' } : { kind: 'known', tokens: tokensNow() }
      },
      async identify(accessToken) {
        calls.asked.push(`identify ${accessToken}`)
        return calls.told === undefined ? { kind: 'rejected' } : { kind: 'known', claims: calls.told }
      },
    } satisfies OidcCalls,
    {
      ...{
        issuer,
        clientId: 'client',
        scope: 'openid',
        authorizeParameters: ['prompt=login'],
        now: () => nowMs,
      },
      ...{ nameClaim: 'name', emailClaim: 'email', groupsClaim: '/groups', trustEmail: false },
      end: async () => 'https://sso.example.com/end',
      onUnknownGroups: (reason) => reasons.push(reason),
      ...options,
    },
  )
  const reasons: string[] = []
  const grant: Grant = {
    ...{ accessToken: 'access', refreshToken: 'refresh', idToken: unsignedJwt(first), login },
    person: {
      ...{ id: `${name}#jo`, name: 'Jo', email: undefined, emailVerified: undefined, groups: ['staff'] },
      claims: { iss: name, sub: 'jo', name: 'Jo', groups: ['staff'] },
    },
  }
  return { sso, calls, reasons, grant }
}
