import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { probeSso, publicUrl } from '../helpers/stage/probe-sso.ts'

const jwt = { S3PROXY_BEARER_ACCEPT: 'jwt', S3PROXY_BEARER_AUDIENCE: publicUrl }
const access = {
  rules: [
    { name: 'staff', allow: ['/staff/**'], to: { groups: ['staff'] } },
    { name: 'open', allow: ['/open/**'], to: { everyone: true } },
    { name: 'press', allow: ['/press/**'], to: { emailDomains: ['example.com'] } },
    { name: 'admins only', deny: ['/admin/**'], unless: { groups: ['admins'] } },
    { name: 'no robots', deny: ['/**'], to: { ids: ['robot'] } },
  ],
}

async function start(t: TestContext) {
  const sso = await startOidcStandIn()
  t.after(() => sso.close())
  sso.behave({ audience: publicUrl })
  /** Probes with the token of somebody who has these claims. */
  const probeAs = (claims: Record<string, unknown>, content: object = { access }) =>
    probeSso(sso, jwt, sso.mint.accessToken({ claims: { sub: 'jo', ...claims } }), content)
  const of = async (claims: Record<string, unknown>, content?: object) =>
    (await probeAs(claims, content)).of('access.token').replace(`${sso.issuer}#`, '')
  return { sso, probeAs, of }
}

describe('the probe of rules', { timeout: 60_000 }, () => {
  it('names the rules that are about the person of the token', async (t) => {
    const { of } = await start(t)
    assert.equal(
      await of({ groups: ['staff', 'admins'], email: 'jo@example.com', email_verified: true }),
      'ok jo: allowed things by "staff", "open", "press"; denied things by no rule -> ',
    )
    assert.equal(
      await of({ groups: [], email: 'jo@example.org', email_verified: true }),
      'ok jo: allowed things by "open"; denied things by "admins only" -> ',
    )
  })

  it('tells what follows from what the SSO does not say, and what to do', async (t) => {
    const { of } = await start(t)
    assert.match(
      await of({ groups: undefined, email: 'jo@example.com', email_verified: true }),
      /^ok jo: allowed things by "open", "press"; denied things by no rule; not known to be allowed by "staff"; denied by what is not known: "admins only" -> rules ask for groups, and the SSO tells none: .*sso\.groupsClaim/,
    )
    assert.match(
      await of({ groups: ['admins'], email: 'jo@example.com', email_verified: false }),
      /not known to be allowed by "press" -> what is not known is a verified address \(sso\.trustEmail/,
    )
  })

  it('tells who is let in by gates, and who gets nothing', async (t) => {
    const { of } = await start(t)
    const gated = { access: { groups: ['staff'] } }
    assert.equal(await of({ groups: ['staff'] }, gated), 'ok jo: is let in -> ')
    assert.match(
      await of({ groups: ['others'] }, gated),
      /^ok jo: is in none of access\.groups.*, .* -> this person gets 403 for everything that is not open/,
    )
    const rules = [{ name: 'staff', allow: ['/**'], to: { groups: ['staff'] } }]
    assert.match(
      await of({ groups: [] }, { access: { rules } }),
      /^ok jo: allowed things by no rule; .* -> this person gets 403 for everything/,
    )
  })

  it('is not there where nothing is restricted, or the token is refused', async (t) => {
    const { sso, probeAs } = await start(t)
    assert.ok(!(await probeAs({}, {})).text.includes('access.token'))
    const refused = await probeSso(sso, jwt, 'a-token-of-nobody', { access })
    assert.ok(!refused.text.includes('access.token'))
  })

  it('says so where rules ask for groups, and the provider does not announce the claim', async (t) => {
    const { sso } = await start(t)
    sso.behave({ audience: publicUrl, discovery: { claims_supported: ['sub', 'email'] } })
    const features = async (content: object) =>
      (await probeSso(sso, {}, undefined, content)).of('sso.features')
    assert.match(await features({ access }), /-> rules ask for groups: add the claim groups at the SSO/)
    assert.match(await features({}), /-> where rules need groups, add the claim groups at the SSO/)
  })
})
