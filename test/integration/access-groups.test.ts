import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { getToken } from '../helpers/clients/get-token.ts'
import { locationOf, logIn } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import { findDex, prepareDex, wayInBy } from '../helpers/sso/dex.ts'
import { findDjangoPython, startDjangoSso } from '../helpers/sso/django-sso.ts'
import type { OpenidProviderOptions } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import type { SsoAddress } from '../helpers/stage/environment.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const audience = 'https://assets.example.com'
const redirectUri = 'https://program.example.com/callback'
const paths = ['all/a', 'admin/a', 'partners/a', 'open/a']

const rules = [
  { name: 'staff', allow: ['/**'], to: { groups: ['staff'] } },
  { name: 'partners', allow: ['/partners/**'], to: { groups: ['/partners'] } },
  { name: 'open', allow: ['/open/**'], to: { everyone: true } },
  { name: 'admins only', deny: ['/admin/**'], unless: { groups: ['admins'] } },
]

/** The statuses of `paths` for each person of the provider. It tells nothing about the groups of `eve`. */
const expected = {
  ada: [200, 200, 200, 200],
  bob: [200, 403, 200, 200],
  carol: [403, 403, 403, 200],
  dave: [403, 403, 200, 200],
  eve: [403, 403, 403, 200],
}

async function startStage<Sso extends SsoAddress>(
  t: TestContext,
  sso: Sso,
  given: { env?: Record<string, string>; rules?: object[] } = {},
) {
  const content = { access: { rules: given.rules ?? rules } }
  const stage = await startStageInProcess(t, { sso, content, env: given.env ?? {} })
  for (const key of paths) stage.s3.put(key, { body: key })
  const statusesOf = async (ask: (path: string) => Promise<{ status: number }>) => {
    const statuses: number[] = []
    for (const path of paths) statuses.push((await ask(`${stage.origin}/${path}`)).status)
    return statuses
  }
  return { ...stage, statusesOf }
}

describe('rules by the groups that oidc-provider tells', { timeout: 60_000 }, () => {
  async function start(t: TestContext, env: Record<string, string>, options: OpenidProviderOptions = {}) {
    const sso = await startOpenidProvider(options)
    t.after(() => sso.close())
    sso.allowRedirect(redirectUri)
    const stage = await startStage(t, sso, { env })
    sso.allowRedirect(`${stage.origin}/__redirect_from_sso`)
    /** Gets a token as a program of a person. It is a JWT where it is for a resource. */
    const tokenOf = async (login: string, more: Record<string, string> = {}) => {
      const urls = { authorizeUrl: `${sso.issuer}/auth`, tokenUrl: `${sso.issuer}/token` }
      const { clientId } = sso.clients.public
      return (await getToken({ ...urls, clientId, redirectUri, scope: sso.scope, login, more })).access_token
    }
    const program = stage.browser()
    const askWith = (token: string) => (url: string) =>
      program.request(url, { headers: { authorization: `Bearer ${token}` } })
    const signedIn = async (login: string) => {
      const browser = stage.browser()
      await logIn(browser, `${stage.origin}/open/a`, { login })
      return (url: string) => browser.request(url)
    }
    return { ...stage, tokenOf, askWith, signedIn }
  }

  for (const [accept, env, more] of [
    ['jwt', { S3PROXY_BEARER_AUDIENCE: audience }, { resource: audience }],
    ['introspection', { S3PROXY_BEARER_SCOPES: 'email' }, {}],
    ['identity', {}, {}],
  ] as [string, Record<string, string>, Record<string, string>][])
    it(`decide the same for a session and for a token that is checked by ${accept}`, async (t) => {
      const stage = await start(t, { S3PROXY_BEARER_ACCEPT: accept, ...env })
      const { tokenOf, askWith, signedIn, statusesOf, log } = stage
      for (const [login, statuses] of Object.entries(expected)) {
        assert.deepEqual(await statusesOf(await signedIn(login)), statuses, `session of ${login}`)
        assert.deepEqual(await statusesOf(askWith(await tokenOf(login, more))), statuses, `token of ${login}`)
      }
      const denied = log.filter(({ code }) => code === 'ACCESS_DENIED')
      assert.deepEqual(
        new Set(denied.map(({ ground, rule }) => `${ground} ${rule}`)),
        new Set(['deny admins only', 'no-rule undefined']),
      )
      assert.ok(denied.some(({ bearer }) => bearer === 'accepted'))
    })

  it('change with the refresh of a session, and with a new token', async (t) => {
    const lives = { accessTokenSeconds: 2, rotatesRefreshTokens: true }
    const env = { S3PROXY_BEARER_ACCEPT: 'jwt', S3PROXY_BEARER_AUDIENCE: audience }
    const { sso, tokenOf, askWith, signedIn, statusesOf, origin } = await start(t, env, lives)
    const ask = await signedIn('bob')
    const askAdmin = async () => (await ask(`${origin}/admin/a`)).status
    assert.equal(await askAdmin(), 403)
    for (const [groups, statuses] of [
      [['staff', 'admins'], expected.ada],
      [['/partners'], expected.dave],
      [[], expected.carol],
      [['staff'], expected.bob],
    ] as const) {
      sso.setClaims('bob', { groups })
      const before = sso.tokenCalls.length
      const seen = await eventually(
        () => statusesOf(ask),
        (found) => found.join() === statuses.join(),
      )
      assert.deepEqual(seen, statuses, `session in ${groups}`)
      assert.ok(sso.tokenCalls.slice(before).some(({ grantType }) => grantType === 'refresh_token'))
      assert.deepEqual(await statusesOf(askWith(await tokenOf('bob', { resource: audience }))), statuses)
    }
  })
})

const python = findDjangoPython()

describe('rules by the groups of Django OAuth Toolkit', {
  timeout: 60_000,
  skip: python === undefined,
}, () => {
  it('hold for a session, before and after its refresh', async (t) => {
    const django = await startDjangoSso(python ?? '')
    t.after(() => django.close())
    const { openidIssuer: issuer, clientId, clientSecret } = django
    const { origin, browser, statusesOf } = await startStage(
      t,
      { issuer, clientId, clientSecret },
      {
        rules: [
          { name: 'ada', allow: ['/**'], to: { groups: ['group-of-ada'] } },
          { name: 'open', allow: ['/open/**'], to: { everyone: true } },
        ],
      },
    )
    await django.order('allow-redirect', `${origin}/__redirect_from_sso`)
    const [ada, bob] = [browser(), browser()]
    await logIn(ada, `${origin}/open/a`, { login: 'ada' })
    await logIn(bob, `${origin}/open/a`, { login: 'bob' })
    for (const order of [undefined, 'expire-tokens'] as const) {
      if (order !== undefined) await django.order(order)
      assert.deepEqual(await statusesOf((url) => ada.request(url)), [200, 200, 200, 200])
      assert.deepEqual(await statusesOf((url) => bob.request(url)), [403, 403, 403, 200])
    }
  })
})

const dex = findDex()

describe('rules by the groups of a connector of dex', { timeout: 60_000, skip: dex === undefined }, () => {
  it('hold for a session, and its address does not stand in for them', async (t) => {
    const sso = await prepareDex(dex ?? '')
    t.after(() => sso.close())
    const { origin, browser, statusesOf } = await startStage(t, sso, {
      rules: [
        { name: 'authors', allow: ['/all/**'], to: { groups: ['authors'] } },
        { name: 'others', allow: ['/admin/**'], to: { groups: ['admins'] } },
        { name: 'open', allow: ['/open/**'], to: { emails: ['kilgore@kilgore.trout'] } },
      ],
    })
    await sso.start(`${origin}/__redirect_from_sso`)
    const kilgore = browser()
    const ask = () => kilgore.request(`${origin}/all/a`)
    const begun = await eventually(ask, ({ status }) => status === 302)
    const { text, url } = await kilgore.request(locationOf(begun))
    assert.equal((await kilgore.follow(wayInBy('mock', text, url))).text, 'all/a')
    assert.deepEqual(await statusesOf((path) => kilgore.request(path)), [200, 403, 403, 200])
  })
})
