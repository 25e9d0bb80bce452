import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { startRedisServer } from '../helpers/redis/redis-server.ts'
import type { OidcStandIn } from '../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { type StageInProcessOptions, startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('the answer of an OpenID provider to a refresh token', { timeout: 60_000 }, () => {
  it('may have null in place of an id token and a refresh token', async (t) => {
    const { sso, signIn } = await start(t)
    const { get, toEnd } = await signIn()
    const nothing = { id_token: null, refresh_token: null, scope: null }
    const access_token = sso.given.access.at(-1)
    sso.misbehave({ refresh: { json: { access_token, token_type: 'Bearer', expires_in: 600, ...nothing } } })
    await toEnd()
    assert.equal((await get()).status, 200)
    assert.equal(sso.calls.refresh, 1)
  })

  it('loses no token where the keys are away: its id token counts once an instance has them', async (t) => {
    const redis = await startRedisServer()
    t.after(() => redis.close())
    const env = { SSO_TOKEN_CHECK_GRACE_PERIOD: '1' }
    const { sso, signIn, s3 } = await start(t, { redis, env })
    const { get, me, toEnd } = await signIn()
    const other = await startProxyInProcess({ s3, sso: applicationOf(sso), redis }, env)
    t.after(() => other.close())
    sso.behave({ expiresInSeconds: 5, claimsAreIn: 'id-token', claims: { groups: ['new'] } })
    sso.misbehave({ keys: { status: 503 } })
    await toEnd()
    assert.equal((await get(other.origin)).status, 200)
    const renewedAt = Date.now()
    assert.deepEqual((await me(other.origin)).groups, ['staff'])
    await sleep(renewedAt + 1050 - Date.now())
    assert.deepEqual((await me()).groups, ['new'])
    assert.deepEqual((await me(other.origin)).groups, ['new'])
    assert.equal(sso.calls.refresh, 1)
    await sleep(renewedAt + 5050 - Date.now())
    assert.equal((await get()).status, 200)
    assert.ok(sso.calls.refresh > 1)
  })
})

/** A proxy at an OpenID provider whose tokens are renewed after a second. */
async function start(t: TestContext, options: StageInProcessOptions = {}) {
  const sso = await startOidcStandIn()
  t.after(() => sso.close())
  sso.behave({ expiresInSeconds: 1, hasRefreshTokens: true, rotatesRefreshTokens: true })
  const stage = await startStageInProcess(t, { sso: applicationOf(sso), ...options })
  const page = `${stage.origin}/page.html`
  return {
    ...{ ...stage, sso },
    async signIn() {
      const jo = stage.browser()
      // No page is asked for: on a busy machine the token may be over by then.
      assert.equal(locationOf(await jo.request(await toCallback(jo, page))), page)
      const givenAt = Date.now()
      return {
        get: (origin = stage.origin) => jo.request(`${origin}/page.html`),
        /** Waits until the first token has expired. */
        toEnd: () => sleep(Math.max(0, givenAt + 1050 - Date.now())),
        async me(origin = stage.origin) {
          const headers = { accept: 'application/json' }
          return JSON.parse((await jo.request(`${origin}/__s3proxy/me`, { headers })).text)
        },
      }
    },
  }
}

function applicationOf({ issuer, clientId, clientSecret }: OidcStandIn) {
  return { issuer, clientId, clientSecret }
}
