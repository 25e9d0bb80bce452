import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { toCallback } from '../helpers/clients/sign-in.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

describe('a login at an SSO that tells nothing of groups', { timeout: 60_000 }, () => {
  it('is warned of once where access asks for groups', async (t) => {
    const { sso, log, logIn } = await start(t, { S3PROXY_ACCESS_GROUPS: 'staff' })
    sso.behave({ claims: { name: 'Jo', groups: [] } })
    await logIn()
    assert.deepEqual(warnings(log), [])
    sso.behave({ claims: { name: 'Jo' } })
    for (const _ of [1, 2]) await logIn()
    assert.deepEqual(warnings(log), [
      'access asks for groups, and the SSO tells none of somebody who has signed in: there is no claim /groups (sso.groupsClaim); have the SSO send one, by a mapper or a scope',
    ])
  })

  it('is nothing to speak of where nothing asks for groups', async (t) => {
    const { sso, log, logIn } = await start(t, {})
    sso.behave({ claims: { name: 'Jo' } })
    await logIn()
    assert.deepEqual(warnings(log), [])
  })
})

async function start(t: TestContext, env: Record<string, string>) {
  const sso = await startOidcStandIn()
  t.after(() => sso.close())
  const stage = await startStageInProcess(t, { sso, env })
  return {
    ...{ sso, log: stage.log },
    async logIn() {
      const jo = stage.browser()
      await jo.follow(await toCallback(jo, `${stage.origin}/page.html`))
      assert.notEqual(jo.jar.get('s3proxy_session'), undefined)
    },
  }
}

function warnings(log: readonly Record<string, unknown>[]): unknown[] {
  return log.filter(({ code }) => code === 'SSO_GROUPS_UNKNOWN').map(({ msg }) => msg)
}
