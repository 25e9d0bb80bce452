import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { getToken } from '../helpers/clients/get-token.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { probeSso, publicUrl } from '../helpers/stage/probe-sso.ts'

const audience = publicUrl
const jwt = { S3PROXY_BEARER_ACCEPT: 'jwt', S3PROXY_BEARER_AUDIENCE: audience }
const introspection = { S3PROXY_BEARER_ACCEPT: 'introspection', S3PROXY_BEARER_AUDIENCE: audience }
const identity = { S3PROXY_BEARER_ACCEPT: 'identity' }
const redirectUri = 'https://program.example.com/callback'

describe('the probe of bearer tokens at a certified provider', { timeout: 120_000 }, () => {
  it('tries the access token of a person as a request does', async (t) => {
    const sso = await startProvider(t)
    const tokensOf = (more: Record<string, string>) =>
      getToken({
        ...{ authorizeUrl: `${sso.issuer}/auth`, tokenUrl: `${sso.issuer}/token`, redirectUri },
        ...{ clientId: sso.clients.public.clientId, scope: sso.scope, login: 'ada', more },
      })
    const right = await tokensOf({ resource: audience })
    const says = await probeSso(sso, jwt, right.access_token)
    assert.match(says.of('bearer.keys'), /^ok 2 keys sign: RS256, ES256 -> $/)
    assert.equal(says.of('bearer.token'), `ok accepted: ${sso.issuer}#ada, groups: staff, admins -> `)

    const { access_token: foreign } = await tokensOf({ resource: 'https://elsewhere.example.com' })
    const { access_token: opaque, id_token: ofLogin = '' } = await tokensOf({})
    for (const [token, said] of [
      [foreign, /another audience \(aud\) -> have the SSO make tokens for https:\/\/assets\.example\.com/],
      [opaque, /not a signed JSON Web Token -> .*or set bearer\.accept.* to introspection/],
      [ofLogin, /-> give the access token \(access_token\), and not the id token/],
    ] as const) {
      const refused = await probeSso(sso, jwt, token)
      assert.match(refused.of('bearer.token'), /^BEARER_REFUSED it is refused: the token /)
      assert.match(refused.of('bearer.token'), said)
      assertSilent(refused.text, token)
    }
  })

  it('introspects a token that nobody gave, and tells of a wrong secret', async (t) => {
    const sso = await startProvider(t)
    const { service, basic } = sso.clients
    const says = await probeSso({ ...sso, ...service }, introspection)
    assert.match(
      says.of('bearer.introspection'),
      /^ok .*answered 200 .*not active, as it should \(client authentication: basic\); .* S3PROXY_TOKEN/,
    )
    const wrong = await probeSso({ ...sso, ...basic, clientSecret: 'another' }, introspection)
    assert.match(
      wrong.of('bearer.introspection'),
      /SSO_BAD_ANSWER .*answered 401 .*-> check sso\.clientId and sso\.clientSecret .*; the SSO has to allow/,
    )
    const ended = await probeSso({ ...sso, ...service }, introspection, 'a-token-of-nobody')
    assert.match(ended.of('bearer.token'), /BEARER_REFUSED .*not active -> it has expired, was revoked/)
  })

  it('asks its userinfo about a token that nobody gave', async (t) => {
    const sso = await startProvider(t)
    const says = await probeSso(sso, identity)
    assert.match(says.of('bearer.identity'), /^ok a token that nobody gave was answered 401, as it should; /)
  })
})

describe('the probe of a bearer token', { timeout: 120_000 }, () => {
  it('says why it is refused, and what to do', async (t) => {
    const sso = await startStandIn(t)
    const seconds = Math.floor(Date.now() / 1000)
    for (const [wish, env, said] of [
      [{ claims: { iss: `${sso.issuer}/` } }, {}, /set sso\.issuer .*the same but for the slash at its end/],
      [{ claims: { iss: 'https://else.example' } }, {}, /set sso\.issuer .*or get a token of http/],
      [{ claims: { exp: seconds - 90 } }, {}, /has expired \(exp\) -> get a new token; .*compare the clocks/],
      [{ claims: { nbf: seconds + 900 } }, {}, /not valid yet \(nbf\) -> compare the clocks/],
      [{ header: { typ: 'JWT' } }, {}, /another type \(typ\) -> set bearer\.allowPlainJwt/],
      [{ signing: 'another-key' }, {}, /signature .*-> get a new token, and check sso\.issuer/],
      [{ claims: { cnf: { jkt: 'x' } } }, {}, /\(cnf\) -> have the SSO give bearer tokens, without DPoP/],
      [{ claims: { nonce: 'x' } }, {}, /is an id token -> give the access token/],
      [{}, { S3PROXY_BEARER_SCOPES: 'admin' }, /^BEARER_UNSCOPED .*-> ask the SSO for .* the scope admin/],
    ] as const) {
      const token = sso.mint.accessToken(wish)
      const says = await probeSso(sso, { ...jwt, ...env }, token)
      assert.deepEqual(says.failed, ['bearer.token'])
      assert.match(says.of('bearer.token'), said)
      assertSilent(says.text, token)
    }
    const broken = await probeSso(sso, jwt, 'Bearer a-token')
    assert.match(broken.of('bearer.token'), /^BEARER_MALFORMED .*-> set it to the access token alone/)
    assert.ok(!broken.text.includes('a-token'))
  })

  it('tells of groups that are missing in every claim, or left out', async (t) => {
    const sso = await startStandIn(t)
    const tell = async (claims: Record<string, unknown>) =>
      (await probeSso(sso, jwt, sso.mint.accessToken({ claims }))).of('bearer.token')
    assert.match(
      await tell({ groups: undefined }),
      /^ok accepted: .*, groups unknown: there is no claim \/groups -> where rules need groups, .*sso\.groupsClaim/,
    )
    assert.match(await tell({ groups: undefined, _claim_names: { groups: 'a' } }), /the SSO left them out/)
    assert.match(await tell({ groups: [] }), /, groups: none -> $/)
  })

  it('is offered where there is none, and is not there where tokens are not accepted', async (t) => {
    const sso = await startStandIn(t)
    const says = await probeSso(sso, jwt)
    assert.deepEqual(says.failed, [])
    assert.match(says.of('bearer.keys'), /; to try an access token, put it into S3PROXY_TOKEN -> $/)
    assert.ok(!says.text.includes('bearer.token'))
    assert.ok(!(await probeSso(sso, {}, 'a-token')).text.includes('bearer.'))
  })

  it('has an issuer of its own, whose document and keys are tried', async (t) => {
    const [sso, other] = [await startStandIn(t), await startStandIn(t)]
    const env = { ...jwt, S3PROXY_BEARER_ISSUER: other.issuer }
    assert.match(
      (await probeSso(sso, env, other.mint.accessToken())).of('bearer.token'),
      new RegExp(`^ok accepted: ${other.issuer}#`),
    )
    const slash = await probeSso(sso, { ...jwt, S3PROXY_BEARER_ISSUER: `${other.issuer}/` })
    assert.deepEqual(slash.failed, ['bearer.discovery', 'bearer.keys'])
    assert.match(slash.of('bearer.discovery'), /-> set bearer\.issuer .*to what the document names/)
    other.misbehave({ keys: { html: 503 } })
    const keys = await probeSso(sso, env)
    assert.match(
      keys.of('bearer.keys'),
      /SSO_BAD_ANSWER the key set was answered with 503 -> check bearer\.issuer/,
    )
    await other.close()
    assert.match((await probeSso(sso, env)).of('bearer.connect'), /ECONNREFUSED.*bearer\.issuer/)
  })

  it('needs endpoints that do not take every token', async (t) => {
    const sso = await startStandIn(t)
    sso.misbehave({ introspection: { json: { active: true } }, userinfo: { json: { sub: 'x' } } })
    const active = await probeSso(sso, introspection)
    assert.match(active.of('bearer.introspection'), /active -> do not use this endpoint/)
    assert.match(
      (await probeSso(sso, identity)).of('bearer.identity'),
      /-> do not use bearer\.accept.* identity/,
    )
    sso.misbehave()
    const other = await probeSso(sso, { ...introspection, S3PROXY_SSO_CLIENT_AUTHENTICATION: 'post' })
    assert.match(other.of('bearer.introspection'), /-> set sso\.clientAuthentication .*to basic/)
    sso.misbehave({ introspection: { html: 200 } })
    const page = await probeSso(sso, introspection)
    assert.match(page.of('bearer.introspection'), /-> check bearer\.introspectionUrl: expected 200 and JSON/)
    sso.behave({ discovery: { userinfo_endpoint: undefined } })
    assert.match(
      (await probeSso(sso, identity)).of('bearer.identity'),
      /no userinfo endpoint.*-> set bearer\.accept/,
    )
  })
})

async function startProvider(t: TestContext) {
  const sso = await startOpenidProvider()
  t.after(() => sso.close())
  for (const uri of [redirectUri, `${publicUrl}/__redirect_from_sso`]) sso.allowRedirect(uri)
  return sso
}

async function startStandIn(t: TestContext) {
  const sso = await startOidcStandIn()
  t.after(() => sso.close())
  sso.behave({ audience })
  return sso
}

/** No part of a token is in a text. */
function assertSilent(text: string, token: string): void {
  for (const part of token.split('.')) assert.ok(!text.includes(part.slice(0, 20)))
}
