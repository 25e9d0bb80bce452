import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { locationOf } from '../helpers/clients/sign-in.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { withOtherSlash } from '../helpers/sso/oidc-stand-in/id-token-faults.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'

describe('a proxy at an OpenID provider', () => {
  it('starts while the provider is away, warns, and becomes ready with it', async (t) => {
    const { sso, proxyAt } = await start(t)
    await sso.close()
    const proxy = await proxyAt(sso.issuer)
    await proxy.app.warnOfUnreachable()
    const warnings = () =>
      proxy.log.filter(({ msg, dependency }) => /^not usable/.test(msg) && dependency === 'sso')
    assert.deepEqual(
      warnings().map(({ code }) => code),
      ['SSO_UNAVAILABLE'],
    )
    assert.match(warnings()[0]?.msg ?? '', /\(sso\.issuer\)/)
    assert.match((await proxy.app.readiness.check()).checks.sso ?? '', /sso\.issuer/)
    await sso.open()
    await proxy.app.warnOfUnreachable()
    assert.equal(warnings().length, 1)
  })

  it('warns of an issuer that is another one', async (t) => {
    const { sso, proxyAt } = await start(t)
    const proxy = await proxyAt(withOtherSlash(sso.issuer))
    await proxy.app.warnOfUnreachable()
    const warnings = proxy.log.filter(({ dependency }) => dependency === 'sso')
    assert.match(warnings.map(({ msg }) => msg).join(), /names the issuer .*, but sso\.issuer is /)
  })

  it('asks at the internal address, and leads browsers and compares issuers by the other', async (t) => {
    const { sso, proxyAt } = await start(t)
    // The provider calls itself by a name that nobody can look up from here.
    const issuer = 'http://sso.invalid/realm'
    const moved = (url: string) => url.replace(sso.issuer, issuer)
    const { authorize, token, userinfo, keys } = sso.urls
    const discovery = {
      ...{ issuer, authorization_endpoint: moved(authorize), token_endpoint: moved(token) },
      ...{ userinfo_endpoint: moved(userinfo), jwks_uri: moved(keys) },
    }
    sso.behave({ discovery, callbackIssuer: null, claimsAreIn: 'id-token', claims: { iss: issuer } })
    const proxy = await proxyAt(issuer, { SSO_URL_INTERNAL: sso.issuer })
    const client = createHttpClient({ accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' })
    t.after(() => client.close())
    const begun = locationOf(await client.request(`${proxy.origin}/page.html`))
    assert.ok(begun.startsWith(`${moved(authorize)}?`), begun)
    const callback = locationOf(await client.request(begun.replace(issuer, sso.issuer)))
    assert.equal((await client.follow(callback)).text, '<h1>page</h1>')
    assert.deepEqual([sso.calls.discovery, sso.calls.token, sso.calls.userinfo, sso.calls.keys], [1, 1, 1, 1])
  })
})

async function start(t: TestContext) {
  const [sso, s3] = await Promise.all([startOidcStandIn(), startS3StandIn()])
  t.after(() => Promise.all([sso.close(), s3.close()]))
  s3.put('page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
  const { clientId, clientSecret } = sso
  const proxyAt = async (issuer: string, env: Record<string, string> = {}) => {
    const proxy = await startProxyInProcess({ s3, sso: { issuer, clientId, clientSecret } }, env)
    t.after(() => proxy.close())
    return proxy
  }
  return { sso, proxyAt }
}
