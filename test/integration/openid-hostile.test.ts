import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { toCallback } from '../helpers/clients/sign-in.ts'
import {
  type IdTokenFault,
  idTokenFaults,
  withOtherSlash,
} from '../helpers/sso/oidc-stand-in/id-token-faults.ts'
import type { OidcBehaviour } from '../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import type { SsoFault } from '../helpers/sso/stand-in/sso-fault.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('an id token that is worth nothing', () => {
  it('signs nobody in, whatever is wrong with it, and the log says what', async (t) => {
    const { sso, failLogin } = await start(t)
    for (const fault of Object.keys(idTokenFaults) as IdTokenFault[]) {
      sso.misbehave({ idToken: fault })
      const { status, code, said } = await failLogin()
      assert.deepEqual([status, code], [502, 'SSO_ID_TOKEN'], fault)
      assert.match(said, /^the id token of the SSO \w/, fault)
    }
    // Tokens with unknown keys make the keys be asked for once in 30 s.
    assert.ok(sso.calls.keys <= 1, `keys were asked for ${sso.calls.keys} times`)
  })
})

describe('an answer that an OpenID provider should not give', () => {
  const everywhere: Record<string, [SsoFault, number, string]> = {
    'a page of 503': [{ html: 503 }, 502, 'SSO_UNAVAILABLE'],
    'a page in HTML': [{ html: 200 }, 502, 'SSO_BAD_ANSWER'],
    'half of its JSON': [{ truncated: true }, 502, 'SSO_BAD_ANSWER'],
    'fewer bytes than promised': [{ cutBody: true }, 502, 'SSO_UNAVAILABLE'],
    'two megabytes': [{ hugeBytes: 2 * 1024 * 1024 }, 502, 'SSO_BAD_ANSWER'],
    'a body without an end': [{ dripEveryMs: 20 }, 504, 'SSO_TIMEOUT'],
    silence: [{ stall: 'before-head' }, 504, 'SSO_TIMEOUT'],
    'silence after the head': [{ stall: 'in-body' }, 504, 'SSO_TIMEOUT'],
    'a redirect': [{ redirect: 'http://127.0.0.1:9/' }, 502, 'SSO_BAD_ANSWER'],
    'a reset': [{ reset: true }, 502, 'SSO_UNAVAILABLE'],
    'no HTTP': [{ raw: 'SSH-2.0-x\r\n' }, 502, 'SSO_UNAVAILABLE'],
    'a list': [{ json: [] }, 502, 'SSO_BAD_ANSWER'],
    null: [{ json: null }, 502, 'SSO_BAD_ANSWER'],
    'too many requests': [{ status: 429 }, 503, 'SSO_BUSY'],
  }
  for (const endpoint of ['discovery', 'keys', 'token', 'userinfo'] as const)
    for (const [what, [fault, status, code]] of Object.entries(everywhere))
      it(`is one honest error: ${what}, from ${endpoint}`, async (t) => {
        // The others wait for an answer that comes, however busy the machine is.
        const { sso, failLogin } = await start(t, status === 504 ? { timeoutMs: 400 } : {})
        sso.misbehave({ [endpoint]: fault })
        const failed = await failLogin()
        assert.deepEqual([failed.status, failed.code], [status, code], failed.said)
        assert.match(failed.said, /SSO/)
        assert.ok(sso.calls[endpoint] <= 2, `${endpoint} was asked ${sso.calls[endpoint]} times`)
      })

  const behaviours: Record<string, [Partial<OidcBehaviour>, string, RegExp]> = {
    'another subject at userinfo': [{ userinfoSubject: 'eve' }, 'SSO_BAD_ANSWER', /somebody else/],
    'another issuer in the callback': [
      { callbackIssuer: 'https://evil.example' },
      'SSO_BAD_ANSWER',
      /names another issuer/,
    ],
    'keys without its own': [{ hidesKeys: true }, 'SSO_ID_TOKEN', /does not have \(kid\)/],
    'no address for tokens': [
      { discovery: { token_endpoint: undefined } },
      'SSO_BAD_ANSWER',
      /no token_endpoint/,
    ],
    'no address for people': [
      { discovery: { authorization_endpoint: undefined } },
      'SSO_BAD_ANSWER',
      /no authorization_endpoint/,
    ],
    'no address of keys': [{ discovery: { jwks_uri: undefined } }, 'SSO_BAD_ANSWER', /no jwks_uri/],
    'an address that is none': [{ discovery: { token_endpoint: '/token' } }, 'SSO_BAD_ANSWER', /not a URL/],
  }
  for (const [what, [behaviour, code, said]] of Object.entries(behaviours))
    it(`is one honest error: ${what}`, async (t) => {
      const { sso, failLogin } = await start(t)
      sso.behave(behaviour)
      const failed = await failLogin()
      assert.deepEqual([failed.status, failed.code], [502, code], failed.said)
      assert.match(failed.said, said)
    })

  for (const issuerPath of ['/realms/staff', '/realms/staff/', '/'])
    it(`is an issuer with the other slash than ${issuerPath}, and both are told`, async (t) => {
      const { sso, failLogin } = await start(t, { issuerPath }, (issuer) => withOtherSlash(issuer))
      const { code, said } = await failLogin()
      assert.equal(code, 'SSO_BAD_ANSWER')
      assert.ok(
        said.includes(`names the issuer ${sso.issuer}, but sso.issuer is ${withOtherSlash(sso.issuer)}`),
        said,
      )
    })
})

describe('an OpenID provider in order', () => {
  it('signs in with an issuer below a path, with and without a slash', async (t) => {
    for (const issuerPath of ['', '/', '/realms/staff', '/realms/staff/']) {
      const { origin, browser } = await start(t, { issuerPath })
      const jo = browser()
      const page = await jo.follow(await toCallback(jo, `${origin}/page.html`))
      assert.equal(page.text, '<h1>page</h1>', issuerPath)
    }
  })

  it('may have no userinfo, and no issuer in its callback', async (t) => {
    const { sso, logIn, who } = await start(t)
    const discovery = { userinfo_endpoint: undefined }
    sso.behave({ claimsAreIn: 'id-token', claims: { name: 'Jo' }, callbackIssuer: null, discovery })
    assert.equal((await who(await logIn())).name, 'Jo')
    assert.equal(sso.calls.userinfo, 0)
  })

  it('has claims of the id token first, and then those of userinfo', async (t) => {
    const { sso, logIn, who } = await start(t)
    sso.behave({ claimsAreIn: 'userinfo', claims: { name: 'Jo', groups: ['/a', 'b'] } })
    const person = await who(await logIn())
    assert.deepEqual([person.name, person.groups], ['Jo', ['/a', 'b']])
    assert.ok(!('nonce' in person.claims) && !('exp' in person.claims), JSON.stringify(person.claims))
  })

  it('tells groups as text, as object, or as a link that makes them unknown', async (t) => {
    const { sso, logIn, who, log } = await start(t)
    for (const [claims, groups] of [
      [{ groups: 'staff' }, ['staff']],
      [{ groups: { staff: true, admins: true } }, ['staff', 'admins']],
      [{ _claim_names: { groups: 'src1' } }, 'unknown'],
    ] as const) {
      sso.behave({ claimsAreIn: 'id-token', claims })
      assert.deepEqual((await who(await logIn())).groups, groups)
    }
    assert.equal(log.filter(({ code }) => code === 'SSO_GROUPS_UNKNOWN').length, 1)
  })

  it('gives tokens over 8 KiB, and those that no header takes end in an honest error', async (t) => {
    const { sso, logIn, who, failLogin } = await start(t)
    sso.behave({ tokenPaddingBytes: 9000 })
    assert.match((await who(await logIn())).id, /#/)
    sso.behave({ tokenPaddingBytes: 20_000 })
    const { code, said } = await failLogin()
    assert.equal(code, 'SSO_BAD_ANSWER')
    assert.match(said, /431 .*tokens are larger than the headers/)
  })

  it('changes its keys while it runs', async (t) => {
    const { sso, logIn } = await start(t)
    sso.rotateKeys()
    await logIn()
    await logIn()
    assert.equal(sso.calls.keys, 1)
  })
})

/** A proxy at an OpenID provider that obeys. @param issuerOf makes the issuer that the proxy is told */
async function start(
  t: TestContext,
  { issuerPath, timeoutMs = 10_000 }: { issuerPath?: string; timeoutMs?: number } = {},
  issuerOf = (issuer: string) => issuer,
) {
  const sso = await startOidcStandIn(issuerPath === undefined ? {} : { issuerPath })
  t.after(() => sso.close())
  const { clientId, clientSecret } = sso
  const env = { S3PROXY_SSO_TIMEOUT_MS: String(timeoutMs) }
  const { origin, browser, log } = await startStageInProcess(t, {
    sso: { issuer: issuerOf(sso.issuer), clientId, clientSecret },
    env,
  })
  return {
    ...{ sso, origin, browser, log },
    /** Signs somebody in, and returns their browser. */
    async logIn() {
      const jo = browser()
      const page = await jo.follow(await toCallback(jo, `${origin}/page.html`))
      assert.equal(page.text, '<h1>page</h1>')
      return jo
    },
    /** Tries to sign in, and returns the answer of the proxy that is an error. */
    async failLogin() {
      const jo = browser()
      const begun = await jo.request(`${origin}/page.html`)
      const before = log.length
      const { location } = begun.headers
      const atSso = location === undefined ? undefined : await jo.request(location)
      const answer = atSso === undefined ? begun : await jo.request(atSso.headers.location ?? '')
      assert.equal(jo.jar.get('s3proxy_session'), undefined)
      const code = /\b[A-Z]+(?:_[A-Z]+)+\b/.exec(answer.text)?.[0]
      const lines = (atSso === undefined ? log : log.slice(before)).filter(
        (line) => line.code === code && line.msg !== 'request',
      )
      return { status: answer.status, code, said: String(lines.at(-1)?.msg ?? '') }
    },
    async who(client: ReturnType<typeof browser>) {
      const me = await client.request(`${origin}/__s3proxy/me`, { headers: { accept: 'application/json' } })
      return JSON.parse(me.text)
    },
  }
}
