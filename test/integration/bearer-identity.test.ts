import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getToken } from '../helpers/clients/get-token.ts'
import { findDjangoPython, startDjangoSso } from '../helpers/sso/django-sso.ts'
import { startOidcSso } from '../helpers/sso/oidc-sso.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import { type StageInProcessOptions, startStageInProcess } from '../helpers/stage/stage-in-process.ts'

const identity = { S3PROXY_BEARER_ACCEPT: 'identity' }
const authorization = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('a bearer token that the identity endpoint knows', { timeout: 60_000 }, () => {
  it('opens objects, is asked about once in a minute, and makes neither session nor cookie', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t, { env: identity })
    const program = browser()
    const token = sso.issueToken()
    for (let times = 0; times < 3; times++) {
      const answer = await program.request(`${origin}/page.html`, authorization(token))
      assert.deepEqual([answer.status, answer.text], [200, '<h1>page</h1>'])
      assert.equal(answer.headers['set-cookie'], undefined)
    }
    assert.equal(sso.calls.me, 1)
    const lines = log.filter((line) => line.msg === 'request')
    assert.deepEqual(
      lines.map((line) => line.bearer),
      ['accepted', 'accepted', 'accepted'],
    )
    assert.ok(!JSON.stringify(log).includes(token))
  })

  it('gets 401 once it is withdrawn', async (t) => {
    const env = { ...identity, SSO_TOKEN_CHECK_GRACE_PERIOD: '0' }
    const { origin, sso, browser } = await startStageInProcess(t, { env })
    const token = sso.issueToken()
    const ask = () => browser().request(`${origin}/page.html`, authorization(token))
    assert.equal((await ask()).status, 200)
    sso.revoke(token)
    const answer = await ask()
    assert.equal(answer.status, 401)
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer .*error="invalid_token"/)
  })

  it('gets 503 while the SSO fails, and the log has its code', async (t) => {
    const { origin, sso, browser, log } = await startStageInProcess(t, { env: identity })
    const ask = (token: string) => browser().request(`${origin}/page.html`, authorization(token))
    for (const [fault, code] of [
      [{ status: 500 }, 'SSO_UNAVAILABLE'],
      [{ status: 429 }, 'SSO_BUSY'],
      [{ reset: true }, 'SSO_UNAVAILABLE'],
    ] as const) {
      sso.misbehave({ me: fault })
      const answer = await ask(sso.issueToken())
      assert.equal(answer.status, 503, code)
      assert.ok(Number(answer.headers['retry-after']) >= 1)
      assert.equal(answer.headers['www-authenticate'], undefined)
      const line = log.find((entry) => String(entry.msg).includes(`cannot be checked: ${code}`))
      assert.equal(line?.code, 'BEARER_UNAVAILABLE')
    }
    sso.misbehave()
    assert.equal((await ask(sso.issueToken())).status, 200)
  })

  it('gets 503 where the OpenID provider has no userinfo, and the log names the option', async (t) => {
    const sso = await startOidcStandIn()
    t.after(() => sso.close())
    sso.behave({ discovery: { userinfo_endpoint: undefined } })
    const { issuer, clientId, clientSecret } = sso
    const { origin, browser, log } = await startStageInProcess(t, {
      sso: { issuer, clientId, clientSecret },
      env: identity,
    })
    const answer = await browser().request(`${origin}/page.html`, authorization('a-token'))
    assert.equal(answer.status, 503)
    const line = log.find(({ code }) => code === 'BEARER_UNAVAILABLE')
    assert.match(String(line?.msg), /no userinfo_endpoint.*bearer\.accept/)
  })

  it('of oidc-provider names its person', async (t) => {
    const redirectUri = 'https://program.example.com/callback'
    const sso = await startOidcSso({ redirectUris: [redirectUri] })
    t.after(() => sso.close())
    await assertNamed(t, { sso, env: { ...identity, S3PROXY_SSO_SCOPE: sso.scope } }, 'ada', {
      ...{ redirectUri, scope: sso.scope, clientSecret: sso.clientSecret, clientId: sso.clientId },
      ...{ authorizeUrl: `${sso.url}o/authorize/`, tokenUrl: `${sso.url}o/token/` },
    })
  })

  const python = findDjangoPython()
  it('of Django OAuth Toolkit names its person', { skip: python === undefined }, async (t) => {
    const sso = await startDjangoSso(python ?? '')
    t.after(() => sso.close())
    const redirectUri = 'https://program.example.com/callback'
    await sso.order('allow-redirect', redirectUri)
    await assertNamed(t, { sso, env: identity }, 'id-of-ada', {
      ...{ redirectUri, scope: 'read', clientSecret: sso.clientSecret, clientId: sso.clientId },
      ...{ authorizeUrl: `${sso.url}o/authorize/`, tokenUrl: `${sso.url}o/token/` },
    })
  })
})

async function assertNamed(
  t: Parameters<typeof startStageInProcess>[0],
  options: Required<Pick<StageInProcessOptions, 'env'>> & {
    sso: Awaited<ReturnType<typeof startDjangoSso>> | Awaited<ReturnType<typeof startOidcSso>>
  },
  id: string,
  wish: Omit<Parameters<typeof getToken>[0], 'login'>,
): Promise<void> {
  const { origin, browser, log } = await startStageInProcess(t, options)
  const { access_token: token } = await getToken({ ...wish, login: 'ada' })
  const answer = await browser().request(`${origin}/page.html`, authorization(token))
  assert.equal(answer.text, '<h1>page</h1>')
  const line = log.find((entry) => entry.msg === 'request')
  assert.deepEqual([line?.who, line?.bearer], [id, 'accepted'])
  assert.equal((await browser().request(`${origin}/page.html`, authorization(`${token}x`))).status, 401)
}
