import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import { describe, it, type TestContext } from 'node:test'
import { findFreePort } from '../helpers/network/free-port.ts'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'
import { localhostTls } from '../helpers/network/localhost-tls.ts'
import type { OidcStandInOptions } from '../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { probeSso as probeOf, publicUrl } from '../helpers/stage/probe-sso.ts'

const callback = `${publicUrl}/__redirect_from_sso`

describe('the probe of an OpenID provider', () => {
  it('goes well with a certified one, and says what to register and what it offers', async (t) => {
    const sso = await startOpenidProvider()
    t.after(() => sso.close())
    sso.allowRedirect(callback)
    const says = await probeOf(sso)
    assert.deepEqual(says.failed, [])
    assert.equal(
      says.of('sso.redirect-uri'),
      `ok to be registered at the SSO: ${callback}; way back from its logout: ${publicUrl}/__s3proxy/signed-out; back-channel logout: ${publicUrl}/__s3proxy/backchannel-logout -> `,
    )
    assert.match(says.of('sso.keys'), /2 keys sign: RS256, ES256/)
    assert.match(says.of('sso.token'), /400 invalid_grant, as it should \(client authentication: basic\)/)
    assert.match(says.of('sso.userinfo'), /without a token, it answered 40\d, as it should/)
    assert.match(
      says.of('sso.features'),
      /announces PKCE, refresh tokens, end of session, back-channel logout, revocation, device flow ->/,
    )
    assert.match(says.of('sso.clock'), /this clock is [01] s/)
  })

  it('goes well with one that sends the browser back at once, and has no userinfo and no list of ways', async (t) => {
    const sso = await start(t)
    sso.behave({
      discovery: { userinfo_endpoint: undefined, token_endpoint_auth_methods_supported: undefined },
    })
    const says = await probeOf(sso)
    assert.deepEqual(says.failed, [])
    assert.match(says.of('sso.authorize'), new RegExp(`the SSO takes ${callback}`))
    assert.match(says.of('sso.userinfo'), /there is none: all claims have to be in the id token/)
  })

  it('shows both issuers where one of them has a slash at its end', async (t) => {
    const sso = await start(t)
    const says = await probeOf({ ...sso, issuer: `${sso.issuer}/` })
    assert.deepEqual(says.failed.slice(0, 2), ['sso.discovery', 'sso.keys'])
    assert.match(says.of('sso.discovery'), /SSO_BAD_ANSWER .*-> set sso\.issuer to what the document names/)
    assert.ok(says.of('sso.discovery').includes(`names the issuer ${sso.issuer}, but`))
  })

  it('tells of an issuer without its path', async (t) => {
    const sso = await start(t, { issuerPath: '/realms/staff' })
    const says = await probeOf({ ...sso, issuer: sso.issuer.replace('/realms/staff', '') })
    assert.match(says.of('sso.discovery'), /the answer is 404 .*-> check sso\.issuer, with its path/)
  })

  it('tells of a provider that takes itself to be reached by http', async (t) => {
    const sso = await start(t)
    const env = { S3PROXY_SSO_INTERNAL_URL: sso.issuer }
    const issuer = 'https://sso.example.com'
    sso.behave({ discovery: { issuer: 'http://sso.example.com' } })
    assert.match((await probeOf({ ...sso, issuer }, env)).of('sso.discovery'), /has http in place of https/)
    sso.behave({ discovery: { issuer, authorization_endpoint: 'http://sso.example.com/authorize' } })
    assert.match(
      (await probeOf({ ...sso, issuer }, env)).of('sso.discovery'),
      /a URL with https.*-> tell the SSO the address/,
    )
  })

  it('tells of a wrong secret, and of a way of client authentication that fits', async (t) => {
    const sso = await start(t)
    const wrong = await probeOf({ ...sso, clientSecret: 'another' })
    assert.deepEqual(wrong.failed, ['sso.token'])
    assert.match(wrong.of('sso.token'), /SSO_REFUSED_CODE .*401 invalid_client -> check sso\.clientId/)
    const other = await probeOf(sso, { S3PROXY_SSO_CLIENT_AUTHENTICATION: 'post' })
    assert.match(other.of('sso.token'), /-> set sso\.clientAuthentication to basic/)
  })

  it('tells of a redirect URI that is not registered', async (t) => {
    const sso = await startOpenidProvider()
    t.after(() => sso.close())
    const says = await probeOf(sso)
    assert.deepEqual(says.failed, ['sso.authorize'])
    assert.ok(says.of('sso.authorize').includes(`-> register ${callback} at the SSO`))
  })

  it('advises where the provider announces neither a scope nor the claim of the groups', async (t) => {
    const sso = await start(t)
    sso.behave({
      discovery: {
        scopes_supported: ['openid', 'profile'],
        claims_supported: ['sub', 'name'],
        end_session_endpoint: undefined,
        code_challenge_methods_supported: undefined,
      },
    })
    const says = (await probeOf(sso)).of('sso.features')
    assert.match(
      says,
      /does not announce PKCE, end of session -> check sso\.scope: .* the scope email, groups;/,
    )
    assert.match(says, /add the claim groups at the SSO, or set sso\.groupsClaim/)
    sso.behave({ discovery: { claims_supported: ['sub', 'realm_access'] } })
    const env = { S3PROXY_SSO_GROUPS_CLAIM: '/realm_access/roles' }
    assert.match((await probeOf(sso, env)).of('sso.features'), /device flow -> $/)
  })

  it('tells of a clock that is wrong', async (t) => {
    const sso = await start(t)
    sso.behave({ dateOffsetSeconds: 300 })
    const says = await probeOf(sso)
    assert.deepEqual(says.failed, ['sso.clock'])
    assert.match(says.of('sso.clock'), /SSO_ID_TOKEN this clock is (299|300|301) s behind .*-> set the clock/)
  })

  it('tells of keys that cannot be used', async (t) => {
    const sso = await start(t)
    sso.behave({
      hidesKeys: true,
      moreKeys: [
        { kty: 'oct', k: 'AA' },
        { kty: 'RSA', use: 'enc' },
      ],
    })
    assert.match((await probeOf(sso)).of('sso.keys'), /SSO_BAD_ANSWER .*no public key that signs/)
    for (const keys of [{ html: 503 }, { html: 200 }, { json: [] }] as const) {
      sso.misbehave({ keys })
      assert.deepEqual((await probeOf(sso)).failed, ['sso.keys'])
    }
  })

  it('tells of a provider that cannot be reached from here', async () => {
    const issuer = `http://127.0.0.1:${await findFreePort()}`
    const says = await probeOf({ issuer, clientId: 'a', clientSecret: 'b' })
    assert.match(
      says.of('sso.connect'),
      /ECONNREFUSED.*-> check the port in sso\.issuer and sso\.internalUrl/,
    )
    assert.match(says.of('sso.features'), /not tried, because sso\.connect failed/)
  })

  it('tells what to do where browsers reach a provider that this server does not', async () => {
    const sso = { issuer: 'https://sso.invalid', clientId: 'a', clientSecret: 'b' }
    assert.match(
      (await probeOf(sso)).of('sso.connect'),
      /cannot look up sso\.invalid.*; where browsers reach sso\.issuer .*and this server does not, set sso\.internalUrl/,
    )
    const internal = { S3PROXY_SSO_INTERNAL_URL: `http://127.0.0.1:${await findFreePort()}` }
    assert.match((await probeOf(sso, internal)).of('sso.connect'), /ECONNREFUSED.*; check sso\.internalUrl/)
  })

  it('tells of an address of this site with http in place of https', async (t) => {
    const sso = await startOpenidProvider()
    t.after(() => sso.close())
    sso.allowRedirect(callback)
    const says = await probeOf(sso, { S3PROXY_SERVER_PUBLIC_URL: publicUrl.replace('https', 'http') })
    assert.deepEqual(says.failed, ['sso.authorize'])
    assert.match(says.of('sso.redirect-uri'), /server\.publicUrl .*is http: .*set it with https$/)
    assert.doesNotMatch((await probeOf(sso)).of('sso.redirect-uri'), /is http/)
  })

  it('tells of a certificate of an authority that nobody knows', async (t) => {
    const { port } = await listenOnLoopback(createServer(localhostTls), t)
    const issuer = `https://localhost:${port}`
    const says = await probeOf({ issuer, clientId: 'a', clientSecret: 'b' })
    assert.match(says.of('sso.connect'), /no TLS connection .*-> .*needs NODE_EXTRA_CA_CERTS/)
  })
})

async function start(t: TestContext, options?: OidcStandInOptions) {
  const sso = await startOidcStandIn(options)
  t.after(() => sso.close())
  return sso
}
