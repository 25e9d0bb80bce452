import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { fillForm } from '../helpers/clients/fill-form.ts'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import { locationOf } from '../helpers/clients/sign-in.ts'
import { eventually } from '../helpers/eventually.ts'
import { type DexOptions, findDex, prepareDex, wayInBy } from '../helpers/sso/dex.ts'
import { startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const dex = findDex()

if (dex === undefined) {
  console.log('DEX is not set, and dex is not on the search path: no login at dex')
  if (process.env.REQUIRE_DEX === '1') it('finds dex', () => assert.fail('REQUIRE_DEX is 1'))
} else describeLogin(dex)

function describeLogin(program: string): void {
  describe('a login at dex', { timeout: 120_000 }, () => {
    it('takes the person from the id token, as dex has no userinfo', async (t) => {
      const { origin, browser, who } = await start(t)
      const ada = browser()
      const page = await ada.request(locationOf(await ada.request(`${origin}/page.html?a=b`)))
      const form = await ada.follow(wayInBy('local', page.text, page.url))
      const answer = await fillForm(ada, form, { login: 'ada@example.com', password: 'password' })
      const back = await ada.follow(new URL(answer.headers.location ?? '', answer.url).href)
      assert.deepEqual([back.url, back.text], [`${origin}/page.html?a=b`, '<h1>page</h1>'])
      const { name, email, emailVerified } = await who(ada)
      assert.deepEqual([name, email, emailVerified], ['Ada Example', 'ada@example.com', true])
    })

    it('knows the groups of a connector that has some', async (t) => {
      const { origin, browser, who } = await start(t)
      const kilgore = browser()
      const page = await kilgore.request(locationOf(await kilgore.request(`${origin}/page.html`)))
      assert.equal((await kilgore.follow(wayInBy('mock', page.text, page.url))).text, '<h1>page</h1>')
      assert.deepEqual((await who(kilgore)).groups, ['authors'])
    })

    it('goes on by refresh tokens while a session without one ends with its token', async (t) => {
      const sso = await prepareDex(program, { tokenSeconds: 4 })
      t.after(() => sso.close())
      const [lasting, ending] = [
        await startStageInProcess(t, { sso }),
        await startStageInProcess(t, { sso: { ...sso, scope: 'openid groups' } }),
      ]
      await sso.start(...[lasting, ending].map(({ origin }) => `${origin}/__redirect_from_sso`))
      const signedIn = async ({ origin, browser }: typeof lasting) => {
        const kilgore = browser()
        const ask = () => kilgore.request(`${origin}/page.html`)
        const page = await kilgore.request(locationOf(await eventually(ask, ({ status }) => status === 302)))
        assert.equal((await kilgore.follow(wayInBy('mock', page.text, page.url))).text, '<h1>page</h1>')
        return ask
      }
      const [askLasting, askEnding] = [await signedIn(lasting), await signedIn(ending)]
      assert.equal((await eventually(askEnding, ({ status }) => status === 302)).status, 302)
      assert.equal((await askLasting()).text, '<h1>page</h1>')
    })
  })

  /** Starts a proxy, then a dex that knows its callback. */
  async function start(t: TestContext, options?: DexOptions) {
    const sso = await prepareDex(program, options)
    t.after(() => sso.close())
    const stage = await startStageInProcess(t, { sso })
    await sso.start(`${stage.origin}/__redirect_from_sso`)
    // The proxy may have missed dex before, and then pauses for a second.
    const ask = () => stage.browser().request(`${stage.origin}/page.html`)
    await eventually(ask, ({ status }) => status === 302)
    const who = async (client: HttpClient) => {
      const headers = { accept: 'application/json' }
      return JSON.parse((await client.request(`${stage.origin}/__s3proxy/me`, { headers })).text)
    }
    return { ...stage, who }
  }
}
