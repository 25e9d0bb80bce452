import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { locationOf, signInAt } from '../helpers/clients/sign-in.ts'
import { fileWith } from '../helpers/config/file-with.ts'
import { type OidcSso, type OidcSsoOptions, startOidcSso } from '../helpers/sso/oidc-sso.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a login at a certified authorization server', () => {
  it('is in order from the redirect to the object, in every tab', async (t) => {
    const { origin, sso, browser } = await start(t)
    const jo = browser()
    const callbacks: string[] = []
    for (const tab of [0, 1, 2]) {
      const begun = locationOf(await jo.request(`${origin}/page.html?tab=${tab}`))
      callbacks.push(await signInAt(jo, begun))
    }
    assert.match(callbacks[0] ?? '', /[?&]iss=/)
    for (const tab of [2, 0, 1])
      assert.equal(locationOf(await jo.request(callbacks[tab] ?? '')), `${origin}/page.html?tab=${tab}`)
    assert.equal((await jo.request(`${origin}/page.html`)).text, '<h1>page</h1>')
    assert.equal(sso.counters.token, 3)
  })

  it('gives nothing to whoever replays a callback, or brings it to another browser', async (t) => {
    const { origin, sso, browser } = await start(t)
    const [jo, eve] = [browser(), browser()]
    const callback = await signInAt(jo, locationOf(await jo.request(`${origin}/page.html`)))
    const restarted = locationOf(await eve.request(callback))
    assert.ok(restarted.startsWith(`${sso.url}o/authorize/`))
    assert.equal(sso.counters.token, 0)
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
    const session = jo.jar.get('s3proxy_session')
    assert.equal(locationOf(await jo.request(callback)), `${origin}/page.html`)
    assert.equal(jo.jar.get('s3proxy_session'), session)
    assert.equal(eve.jar.get('s3proxy_session'), undefined)
    assert.equal(sso.counters.token, 1)
  })

  it('is refused with 403 where the visitor refuses', async (t) => {
    const { origin, sso, browser } = await start(t)
    const jo = browser()
    const begun = locationOf(await jo.request(`${origin}/page.html`))
    const answer = await jo.request(await signInAt(jo, begun, { isRefused: true }))
    assert.equal(answer.status, 403)
    assert.match(answer.text, /LOGIN_DENIED/)
    assert.equal(sso.counters.token, 0)
  })

  it('finds the SSO at whole addresses, with a query that stays, and without a root URL', async (t) => {
    const paths = { authorize: '/auth', token: '/token', me: '/me' }
    const sso = await startOidcSso({ paths })
    t.after(() => sso.close())
    const { origin, browser } = await startStageInProcess(t, {
      sso,
      env: {
        SSO_URL: '',
        S3PROXY_SSO_AUTHORIZE_URL: `${sso.url}auth?ui_locales=cy`,
        S3PROXY_SSO_TOKEN_URL: `${sso.url}token`,
        S3PROXY_SSO_IDENTITY_URL: `${sso.url}me`,
      },
    })
    sso.allowRedirect(`${origin}/__redirect_from_sso`)
    const jo = browser()
    const begun = locationOf(await jo.request(`${origin}/page.html`))
    assert.ok(begun.startsWith(`${sso.url}auth?ui_locales=cy&scope=`))
    assert.equal((await jo.follow(await signInAt(jo, begun))).text, '<h1>page</h1>')
    assert.deepEqual(sso.counters, { authorize: 1, token: 1, me: 1 })
  })

  // Node makes no JWK of a key for PS256 alone.
  for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const)
    it(`is in order with an assertion in place of a secret, signed by ${algorithm}`, async (t) => {
      const { keyFile, jwk } = await createKey(t, algorithm)
      const client = {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...jwk, use: 'sig', alg: algorithm }] },
      }
      const env = {
        SSO_CLIENT_SECRET: '',
        S3PROXY_SSO_CLIENT_AUTHENTICATION: 'private_key_jwt',
        S3PROXY_SSO_CLIENT_KEY_FILE: keyFile,
      }
      await signInTwice(await start(t, env, { client }))
    })

  it('makes assertions for the audience that is set, and the SSO takes no other', async (t) => {
    const { keyFile, jwk } = await createKey(t, 'ES256')
    const client = {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...jwk, use: 'sig', alg: 'ES256' }] },
    }
    for (const [path, status] of [
      ['', 302],
      ['/elsewhere', 401],
    ] as const) {
      const env = (sso: OidcSso) => ({
        SSO_CLIENT_SECRET: '',
        S3PROXY_SSO_CLIENT_AUTHENTICATION: 'private_key_jwt',
        S3PROXY_SSO_CLIENT_KEY_FILE: keyFile,
        S3PROXY_SSO_CLIENT_ASSERTION_AUDIENCE: `${sso.url.slice(0, -1)}${path}`,
      })
      const { origin, browser } = await start(t, env, { client })
      const jo = browser()
      const callback = await signInAt(jo, locationOf(await jo.request(`${origin}/page.html`)))
      assert.equal((await jo.request(callback)).status, status)
    }
  })

  it('asks for the password once more where a parameter says so', async (t) => {
    const { origin, browser } = await start(t, { S3PROXY_SSO_AUTHORIZE_PARAMETERS: 'prompt=login' })
    const jo = browser()
    await jo.follow(await signInAt(jo, locationOf(await jo.request(`${origin}/page.html`))))
    jo.jar.delete('s3proxy_session')
    const begun = locationOf(await jo.request(`${origin}/page.html`))
    assert.ok(begun.endsWith('&prompt=login'))
    const page = await jo.follow(begun)
    assert.match(page.text, /<form method="post">/)
  })

  it('is in order with the secret in the header, whatever is in it', async (t) => {
    const client = { token_endpoint_auth_method: 'client_secret_basic' }
    const env = { S3PROXY_SSO_CLIENT_AUTHENTICATION: 'basic' }
    await signInTwice(await start(t, env, { client, clientSecret: 'a secret:/+&=%!' }))
  })

  it('is in order as a public client', async (t) => {
    const client = { token_endpoint_auth_method: 'none', client_secret: undefined }
    const env = { S3PROXY_SSO_CLIENT_AUTHENTICATION: 'none', SSO_CLIENT_SECRET: '' }
    await signInTwice(await start(t, env, { client }))
  })

  it('is 401 where the SSO wants another way to say who asks, and the line says what to look at', async (t) => {
    const client = { token_endpoint_auth_method: 'none', client_secret: undefined }
    const { origin, browser, log } = await start(t, {}, { client })
    const jo = browser()
    const begun = locationOf(await jo.request(`${origin}/page.html`))
    assert.equal((await jo.request(await signInAt(jo, begun))).status, 401)
    assert.ok(log.some((line) => /401 invalid_client.*sso\.clientAuthentication/.test(JSON.stringify(line))))
  })

  it('ends when the tokens are revoked', async (t) => {
    const { origin, sso, browser } = await start(t, { SSO_TOKEN_CHECK_GRACE_PERIOD: '0' })
    const jo = browser()
    await jo.request(await signInAt(jo, locationOf(await jo.request(`${origin}/page.html`))))
    assert.equal((await jo.request(`${origin}/page.html`)).status, 200)
    sso.revokeTokens()
    assert.ok(locationOf(await jo.request(`${origin}/page.html`)).startsWith(`${sso.url}o/authorize/`))
  })
})

/** Signs two people in: the second assertion has to be another one than the first. */
async function signInTwice({ origin, sso, browser }: Awaited<ReturnType<typeof start>>) {
  for (const login of ['alice', 'bob']) {
    const somebody = browser()
    const begun = locationOf(await somebody.request(`${origin}/page.html`))
    const answer = await somebody.follow(await signInAt(somebody, begun, { login }))
    assert.equal(answer.text, '<h1>page</h1>')
  }
  assert.equal(sso.counters.token, 2)
}

/** A private key in a file, and its public half. */
async function createKey(t: TestContext, algorithm: 'RS256' | 'ES256' | 'EdDSA') {
  const { privateKey, publicKey } = {
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: () => generateKeyPairSync('ed25519'),
  }[algorithm]()
  const keyFile = fileWith(t, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { keyFile, jwk: publicKey.export({ format: 'jwk' }) }
}

type Env = Record<string, string>

async function start(t: TestContext, env: Env | ((sso: OidcSso) => Env) = {}, options: OidcSsoOptions = {}) {
  const sso = await startOidcSso(options)
  t.after(() => sso.close())
  const stage = await startStageInProcess(t, { sso, env: typeof env === 'function' ? env(sso) : env })
  sso.allowRedirect(`${stage.origin}/__redirect_from_sso`)
  return stage
}
