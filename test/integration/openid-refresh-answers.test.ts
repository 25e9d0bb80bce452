import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { locationOf, toCallback } from '../helpers/clients/sign-in.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

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
})

/** A proxy at an OpenID provider whose tokens are renewed after a second. */
async function start(t: TestContext, env: Record<string, string> = {}) {
  const sso = await startOidcStandIn()
  t.after(() => sso.close())
  sso.behave({ expiresInSeconds: 1, hasRefreshTokens: true, rotatesRefreshTokens: true })
  const { issuer, clientId, clientSecret } = sso
  const stage = await startStageInProcess(t, { sso: { issuer, clientId, clientSecret }, env })
  const page = `${stage.origin}/page.html`
  return {
    ...{ ...stage, sso },
    async signIn() {
      const jo = stage.browser()
      // No page is asked for: on a busy machine the token may be over by then.
      assert.equal(locationOf(await jo.request(await toCallback(jo, page))), page)
      const givenAt = Date.now()
      return {
        get: () => jo.request(page),
        /** Waits until the first token has expired. */
        toEnd: () => sleep(Math.max(0, givenAt + 1050 - Date.now())),
        async me() {
          const headers = { accept: 'application/json' }
          return JSON.parse((await jo.request(`${stage.origin}/__s3proxy/me`, { headers })).text)
        },
      }
    },
  }
}
