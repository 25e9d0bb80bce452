import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { fillForm } from '../helpers/clients/fill-form.ts'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { locationOf } from '../helpers/clients/sign-in.ts'
import { findKeycloak, type Keycloak, startKeycloak } from '../helpers/sso/keycloak.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const program = findKeycloak()

if (program === undefined) console.log('KEYCLOAK is not set: no login at Keycloak')
else describeLogin(program)

function describeLogin(path: string): void {
  describe('a login at Keycloak', { timeout: 900_000 }, () => {
    let sso: Keycloak
    before(async () => {
      sso = await startKeycloak(path)
    })
    after(() => sso?.close())

    /** Starts a proxy whose addresses Keycloak knows. */
    async function start(t: TestContext, env: Record<string, string> = {}) {
      const stage = await startStageInProcess(t, { sso, env })
      await sso.register(stage.origin)
      const who = async (client: HttpClient) => {
        const headers = { accept: 'application/json' }
        return JSON.parse((await client.request(`${stage.origin}/__s3proxy/me`, { headers })).text)
      }
      const signIn = async (client: HttpClient, username: string) => {
        const page = await client.request(locationOf(await client.request(`${stage.origin}/page.html`)))
        const answer = await fillForm(client, page, { username, password: 'any', credentialId: '' })
        return client.follow(locationOf(answer))
      }
      return { ...stage, who, signIn }
    }

    it('names the person, with the groups by their paths', async (t) => {
      const { signIn, browser, who } = await start(t)
      const ada = browser()
      assert.equal((await signIn(ada, 'ada')).text, '<h1>page</h1>')
      const { id, name, email, emailVerified, groups } = await who(ada)
      assert.deepEqual(
        [name, email, emailVerified, [...groups].sort()],
        ['Ada Example', 'ada@example.com', true, ['/engineers', '/engineers/storage']],
      )
      assert.ok(id.startsWith(sso.issuer))
    })

    it('takes the keys that Keycloak has after a rotation', async (t) => {
      const { signIn, browser } = await start(t)
      await sso.admin('POST', '/components', {
        name: 'newer-key',
        providerId: 'rsa-generated',
        providerType: 'org.keycloak.keys.KeyProvider',
        config: { priority: ['200'], keySize: ['2048'] },
      })
      assert.equal((await signIn(browser(), 'ada')).text, '<h1>page</h1>')
    })
  })
}
