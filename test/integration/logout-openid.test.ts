import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { logIn } from '../helpers/clients/sign-in.ts'
import { confirmSignOut, pressSignOut } from '../helpers/clients/sign-out.ts'
import { fileWith } from '../helpers/config/file-with.ts'
import type { ClientName } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('signing out at an OpenID provider', () => {
  it('leads through the provider, and back to the page that says so', async (t) => {
    const { origin, browser } = await start(t)
    const ada = browser()
    await logIn(ada, `${origin}/page.html`, { login: 'ada' })
    const left = await pressSignOut(ada, origin)
    assert.equal(left.status, 303)
    const question = await ada.request(String(left.headers.location))
    assert.match(question.text, /Sign out\?/)
    const back = await confirmSignOut(ada, question)
    assert.equal(back.headers.location, `${origin}/__s3proxy/signed-out?state=sso`)
    const end = await ada.request(String(back.headers.location))
    assert.match(end.text, /You are signed out of this site/)
    assert.doesNotMatch(end.text, /may still know you/)
    const again = await ada.request(`${origin}/page.html`)
    assert.match((await ada.request(String(again.headers.location))).headers.location ?? '', /sign-in/)
  })

  for (const name of ['basic', 'post', 'public', 'signed'] as const)
    it(`revokes the refresh token as the application ${name}`, async (t) => {
      const { sso, origin, browser } = await start(t, name)
      const ada = browser()
      await logIn(ada, `${origin}/page.html`)
      assert.equal(sso.countRefreshTokens(), 1)
      await pressSignOut(ada, origin)
      assert.deepEqual([sso.calls.revocation, sso.countRefreshTokens()], [1, 0])
    })

  it('still leads to the provider when the session is over already', async (t) => {
    const { sso, origin, browser } = await start(t)
    const ada = browser()
    const left = await pressSignOut(ada, origin)
    const address = new URL(String(left.headers.location))
    assert.ok(address.href.startsWith(`${sso.issuer}/session/end?`), address.href)
    assert.equal(address.searchParams.get('id_token_hint'), null)
    const back = await confirmSignOut(ada, await ada.request(address.href))
    assert.equal(back.status, 303)
  })

  it('ends here while the provider is away', async (t) => {
    const { sso, origin, browser, log } = await start(t)
    const ada = browser()
    await logIn(ada, `${origin}/page.html`)
    await sso.close()
    const left = await pressSignOut(ada, origin)
    assert.equal(left.status, 303)
    assert.match(left.headers.location ?? '', /session\/end/)
    assert.equal(log.filter(({ code }) => code === 'SSO_UNAVAILABLE').length, 1)
    assert.equal(
      (await ada.request(`${origin}/__s3proxy/me`, { headers: { accept: 'application/json' } })).status,
      401,
    )
  })
})

async function start(t: TestContext, client: ClientName = 'basic') {
  const sso = await startOpenidProvider()
  t.after(() => sso.close())
  const { clientId, clientSecret, privateKeyPem } = sso.clients[client]
  const env: Record<string, string> = {
    S3PROXY_SSO_CLIENT_AUTHENTICATION: authentications[client] ?? '',
    ...(privateKeyPem !== undefined && { S3PROXY_SSO_CLIENT_KEY_FILE: fileWith(t, privateKeyPem) }),
  }
  const stage = await startStageInProcess(t, { sso: { issuer: sso.issuer, clientId, clientSecret }, env })
  sso.allowRedirect(`${stage.origin}/__redirect_from_sso`)
  sso.allowPostLogoutRedirect(`${stage.origin}/__s3proxy/signed-out`)
  return { ...stage, sso }
}

const authentications: Readonly<Record<string, string>> = {
  basic: 'basic',
  post: 'post',
  public: 'none',
  signed: 'private_key_jwt',
}
