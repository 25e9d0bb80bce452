import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { fillForm } from '../helpers/clients/fill-form.ts'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { locationOf } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
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
    const userOf = async (username: string) => {
      const [user] = (await sso.admin('GET', `/users?exact=true&username=${username}`)) as [{ id: string }]
      return user.id
    }
    const groupOf = async (name: string) => {
      const groups = (await sso.admin('GET', '/groups')) as { id: string; name: string }[]
      return groups.find((group) => group.name === name)?.id
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

    it('knows new groups after a refresh, and goes on with the refresh token that Keycloak gave then', async (t) => {
      const { signIn, browser, who } = await start(t)
      const bob = browser()
      await signIn(bob, 'bob')
      assert.deepEqual((await who(bob)).groups, ['/boards'])
      const [user, engineers] = [await userOf('bob'), await groupOf('engineers')]
      await sso.admin('PUT', `/users/${user}/groups/${engineers}`)
      const ask = () => who(bob)
      assert.deepEqual((await eventually(ask, ({ groups }) => groups.length === 2)).groups.sort(), [
        '/boards',
        '/engineers',
      ])
      await sso.admin('DELETE', `/users/${user}/groups/${engineers}`)
      assert.deepEqual((await eventually(ask, ({ groups }) => groups.length === 1)).groups, ['/boards'])
    })

    it('ends at Keycloak, too, when somebody signs out', async (t) => {
      const { origin, signIn, browser } = await start(t)
      const ada = browser()
      await signIn(ada, 'ada')
      const headers = { origin, 'sec-fetch-site': 'same-origin' }
      const out = await ada.request(`${origin}/__s3proxy/logout`, { method: 'POST', headers })
      const atSso = out.headers.location ?? ''
      assert.ok(atSso.startsWith(`${sso.issuer}/protocol/openid-connect/logout?`), atSso)
      assert.equal((await ada.follow(atSso)).url.split('?')[0], `${origin}/__s3proxy/signed-out`)
      const again = await ada.request(locationOf(await ada.request(`${origin}/page.html`)))
      assert.match(again.text, /name="password"/)
    })

    it('ends here when an administrator signs the person out there', async (t) => {
      // The token outlives the test, so nothing but a logout token can end the session.
      await sso.admin('PUT', '', { accessTokenLifespan: 600 })
      const { origin, signIn, browser } = await start(t)
      const ada = browser()
      await signIn(ada, 'ada')
      assert.equal((await ada.request(`${origin}/page.html`)).status, 200)
      await sso.admin('POST', `/users/${await userOf('ada')}/logout`)
      const ask = () => ada.request(`${origin}/page.html`)
      assert.equal((await eventually(ask, ({ status }) => status === 302)).status, 302)
    })
  })
}
