import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import { createOAuth2Sso } from '../../../src/sso/oauth2-sso.ts'
import type { CallRecord, Identified, Refreshed, SsoCalls, Tokens } from '../../../src/sso/sso-calls.ts'
import { jo, noRecord } from '../../helpers/stage/login-ports.ts'

const codeVerifier = 'v'.repeat(43)
const redirectUri = 'https://assets.example.com/__redirect_from_sso'
const returned = { code: 'the-code', codeVerifier, redirectUri }

describe('createOAuth2Sso', () => {
  it('begins at an address that is exactly what the contract says', async () => {
    const { sso } = start()
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url')
    assert.equal(
      await sso.begin({ state: 'the-state', codeVerifier, redirectUri }),
      'https://sso.example.com/auth/o/authorize/?scope=read+write&state=the-state' +
        '&redirect_uri=https%3A%2F%2Fassets.example.com%2F__redirect_from_sso&response_type=code' +
        `&client_id=proxy-client&code_challenge=${challenge}&code_challenge_method=S256`,
    )
  })

  it('keeps the query that the address has', async () => {
    const { sso } = start({ authorize: 'https://sso.example.com/authorize?tenant=7' })
    const begun = await sso.begin({ state: 'the-state', codeVerifier, redirectUri })
    assert.ok(
      begun.startsWith('https://sso.example.com/authorize?tenant=7&scope=read+write&state=the-state&'),
    )
  })

  it('adds the parameters that were given, as a browser would encode them', async () => {
    const authorizeParameters = ['prompt=login consent', 'acr_values=a=b&c', 'empty=']
    const login = { state: 'the-state', codeVerifier, redirectUri }
    const without = await start().sso.begin(login)
    const begun = await start({ authorizeParameters }).sso.begin(login)
    assert.equal(begun, `${without}&prompt=login+consent&acr_values=a%3Db%26c&empty=`)
    assert.equal(await start({ authorizeParameters: [] }).sso.begin(login), without)
  })

  it('finishes with the token of the code and the person that it belongs to', async () => {
    const { sso, asked } = start()
    const grant = { accessToken: 'token-1', person: jo }
    assert.deepEqual(await sso.finish(returned, noRecord), { kind: 'known', grant })
    assert.deepEqual(asked, [
      ['exchangeCode', returned],
      ['identify', 'token-1', undefined],
    ])
  })

  it('notes each call in the record of the request that waits', async () => {
    const noted: string[] = []
    const record: CallRecord = {
      timed(phase, work) {
        noted.push(phase)
        return work
      },
    }
    await start().sso.finish(returned, record)
    assert.deepEqual(noted, ['ssoMs', 'ssoMs'])
  })

  it('renews a grant with what the SSO says of the person now', async () => {
    const { sso, asked } = start()
    const before = personWithId('jo-before')
    const answer = await sso.check({ accessToken: 'token-0', person: before })
    assert.deepEqual(answer, { kind: 'known', grant: { accessToken: 'token-0', person: jo } })
    await sso.check({ accessToken: 'token-of-the-original' })
    assert.deepEqual(asked, [
      ['identify', 'token-0', before],
      ['identify', 'token-of-the-original', undefined],
    ])
  })

  it('keeps the refresh token and the times of the token', async () => {
    const tokens = { accessToken: 'token-1', refreshToken: 'r-1', expiresAt: 5000, renewAt: 4000 }
    assert.deepEqual(await start({ tokens }).sso.finish(returned, noRecord), {
      kind: 'known',
      grant: { ...tokens, person: jo },
    })
  })

  it('renews by the refresh token, and asks nothing of the person', async () => {
    const tokens = { accessToken: 'token-2', refreshToken: 'r-2', expiresAt: 9000, renewAt: 8000 }
    const { sso, asked } = start({ refreshed: { kind: 'known', tokens } })
    const before = { accessToken: 'token-1', refreshToken: 'r-1', expiresAt: 5000, renewAt: 4000, person: jo }
    assert.deepEqual(await sso.renew(before), { kind: 'known', grant: { ...tokens, person: jo } })
    assert.deepEqual(asked, [['refresh', 'r-1']])
  })

  it('keeps a refresh token that the answer does not replace, and no end that it does not tell', async () => {
    const { sso } = start({ refreshed: { kind: 'known', tokens: { accessToken: 'token-2' } } })
    const before = { accessToken: 'token-1', refreshToken: 'r-1', expiresAt: 5000, renewAt: 4000, person: jo }
    const renewed = await sso.renew(before)
    assert.deepEqual(renewed.kind === 'known' && JSON.parse(JSON.stringify(renewed.grant)), {
      accessToken: 'token-2',
      refreshToken: 'r-1',
      person: JSON.parse(JSON.stringify(jo)),
    })
  })

  it('says rejected of a refresh token that the SSO does not take, and of a grant without one', async () => {
    const { sso, asked } = start()
    const before = { accessToken: 'token-1', person: jo }
    assert.deepEqual(await sso.renew({ ...before, refreshToken: 'r-1' }), { kind: 'rejected' })
    assert.deepEqual(await sso.renew(before), { kind: 'rejected' })
    assert.equal(asked.length, 1)
  })

  it('says rejected of a token that the SSO does not take, also of one that it has just given', async () => {
    const { sso } = start({ identified: { kind: 'rejected' } })
    assert.deepEqual(await sso.finish(returned, noRecord), { kind: 'rejected' })
    assert.deepEqual(await sso.check({ accessToken: 't', person: jo }), { kind: 'rejected' })
  })

  it('ends at the address that was given, whoever it was', async () => {
    const logout = 'https://sso.example.com/logout'
    const wayBack = { returnTo: 'https://assets.example.com/', state: 's' }
    const { sso } = start({ logout })
    assert.equal(await sso.end({ accessToken: 't', person: jo }, wayBack), logout)
    assert.equal(await sso.end(undefined, wayBack), logout)
    assert.equal(await start().sso.end(undefined, wayBack), undefined)
  })
})

interface Given {
  identified?: Identified
  authorize?: string
  logout?: string
  authorizeParameters?: readonly string[]
  tokens?: Tokens
  refreshed?: Refreshed
}

function start({
  identified = { kind: 'known', person: jo },
  authorize = 'https://sso.example.com/auth/o/authorize/',
  logout,
  authorizeParameters,
  tokens = { accessToken: 'token-1' },
  refreshed = { kind: 'rejected' },
}: Given = {}) {
  const asked: unknown[][] = []
  const calls: SsoCalls = {
    async exchangeCode(login) {
      asked.push(['exchangeCode', login])
      return tokens
    },
    async refresh(refreshToken) {
      asked.push(['refresh', refreshToken])
      return refreshed
    },
    async identify(accessToken, person) {
      asked.push(['identify', accessToken, person])
      return identified
    },
  }
  const endpoints = { authorize, logout }
  const sso = createOAuth2Sso(calls, {
    ...{ endpoints, clientId: 'proxy-client', scope: 'read write' },
    authorizeParameters,
  })
  return { sso, asked }
}
