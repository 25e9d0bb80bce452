import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { locationOf, signInAt } from '../helpers/clients/sign-in.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { startRedisServer } from '../helpers/redis/redis-server.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'

const lifeSeconds = 2

describe('a session of an OpenID provider, on two instances', () => {
  for (const rotatesRefreshTokens of [true, false])
    it(`goes on at the end of its token with 50 requests at once, where a refresh ${rotatesRefreshTokens ? 'spends' : 'keeps'} its token`, async (t) => {
      const { sso, ada, origins } = await start(t, rotatesRefreshTokens)
      sso.setClaims('ada', { name: 'Ada Lovelace', groups: ['new'] })
      for (let round = 1; round <= 2; round++) {
        await sleep(lifeSeconds * 1000 + 50)
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => ada.request(`${origins[index % 2]}/page.html`)),
        )
        for (const { status } of answers) assert.equal(status, 200)
        const refreshes = sso.tokenCalls.filter(({ grantType }) => grantType === 'refresh_token')
        assert.ok(refreshes.length >= round, `${refreshes.length}`)
        assert.deepEqual(
          refreshes.filter(({ error }) => error !== undefined),
          [],
        )
      }
      const me = await ada.request(`${origins[1]}/__s3proxy/me`, { headers: { accept: 'application/json' } })
      assert.deepEqual(JSON.parse(me.text).groups, ['new'])
    })

  it('ends where the provider has ended its refresh tokens', async (t) => {
    const { sso, ada, origins } = await start(t, true)
    sso.revokeRefreshTokens()
    await sleep(lifeSeconds * 1000 + 50)
    for (const origin of origins)
      assert.equal(new URL(locationOf(await ada.request(`${origin}/page.html`))).origin, sso.issuer)
  })
})

/** Two proxies with one Redis, and somebody who has signed in at a provider whose tokens are short. */
async function start(t: TestContext, rotatesRefreshTokens: boolean) {
  const [s3, sso, redis] = await Promise.all([
    startS3StandIn(),
    startOpenidProvider({ accessTokenSeconds: lifeSeconds, rotatesRefreshTokens }),
    startRedisServer(),
  ])
  t.after(() => Promise.all([s3.close(), sso.close(), redis.close()]))
  s3.put('page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
  const { issuer, clientId, clientSecret, scope } = sso
  const backends = { s3, sso: { issuer, clientId, clientSecret, scope }, redis }
  const proxies = await Promise.all([1, 2].map(() => startProxyInProcess(backends)))
  t.after(() => Promise.all(proxies.map((proxy) => proxy.close())))
  const origins = proxies.map(({ origin }) => origin) as [string, string]
  for (const origin of origins) sso.allowRedirect(`${origin}/__redirect_from_sso`)
  const ada = createHttpClient({ accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' })
  t.after(() => ada.close())
  const begun = locationOf(await ada.request(`${origins[0]}/page.html`))
  locationOf(await ada.request(await signInAt(ada, begun, { login: 'ada' })))
  return { sso, ada, origins }
}
