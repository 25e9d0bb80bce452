import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { discoverServer } from '../../../../../src/cli/fetch/token/authorization-server.ts'
import { signInByRedirect } from '../../../../../src/cli/fetch/token/loopback-flow.ts'
import { type Call, json, startSmallSso, usualDiscovery } from './small-sso.ts'

const give = ({ response }: Call) => json(response, 200, { access_token: 'the-token', token_type: 'bearer' })

/** Begins a sign in. @returns the query that a browser takes to the SSO, and the outcome */
async function begin(t: TestContext, { answer = give, more = {}, scope = 'files' } = {}) {
  const sso = await startSmallSso(t, answer, (issuer) => ({ ...usualDiscovery(issuer), ...more }))
  const wanted = { ...sso.wanted, scope, resource: 'https://assets.example.com' }
  const screen = new EventEmitter()
  const shown = once(screen, 'address')
  const report = (text: string) => {
    sso.told.push(text)
    if (text.startsWith(`${sso.issuer}/authorize?`)) screen.emit('address', new URL(text))
  }
  const options = { ...sso.options, report }
  const outcome = discoverServer(wanted, options).then((server) => signInByRedirect(server, wanted, options))
  outcome.catch((error) => screen.emit('error', error))
  const [address] = (await shown) as [URL]
  screen.on('error', () => {})
  return { sso, outcome, asked: address.searchParams }
}

function back(asked: URLSearchParams, answer: Record<string, string>): Promise<Response> {
  const query = new URLSearchParams({ state: asked.get('state') ?? '', ...answer })
  return fetch(`${asked.get('redirect_uri')}?${query}`)
}

/** Asks under the name of another host, which a page of that host can make lead here. */
async function statusAs(host: string, url: string): Promise<number | undefined> {
  const [answer] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

describe('signInByRedirect', () => {
  it('gives the code for a token, with the proof that it is the one that asked', async (t) => {
    const { sso, outcome, asked } = await begin(t)
    assert.match(asked.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/$/)
    assert.deepEqual(
      ['client_id', 'response_type', 'scope', 'resource', 'code_challenge_method'].map((name) =>
        asked.get(name),
      ),
      ['terminal', 'code', 'files', 'https://assets.example.com', 'S256'],
    )
    const page = await back(asked, { code: 'the-code', iss: sso.issuer })
    assert.deepEqual([page.status, (await page.text()).includes('Signed in')], [200, true])
    assert.equal((await outcome).access_token, 'the-token')
    const form = Object.fromEntries(sso.calls[0]?.form ?? [])
    assert.deepEqual(
      [form.grant_type, form.code, form.redirect_uri, form.resource, form.client_id],
      ['authorization_code', 'the-code', asked.get('redirect_uri'), 'https://assets.example.com', 'terminal'],
    )
    assert.equal(hash('sha256', form.code_verifier ?? '', 'base64url'), asked.get('code_challenge'))
    await assert.rejects(back(asked, { code: 'again' }), 'nobody listens any more')
  })

  it('waits on after requests that are not the answer of the SSO', async (t) => {
    const { sso, outcome, asked } = await begin(t)
    const root = asked.get('redirect_uri') ?? ''
    for (const path of ['', 'favicon.ico', '?code=evil', '?code=evil&state=guessed'])
      assert.equal((await fetch(root + path)).status, 404, path)
    assert.equal((await fetch(`${root}?code=a&state=${asked.get('state')}`, { method: 'POST' })).status, 404)
    assert.equal(await statusAs('evil.example.com', `${root}?code=a&state=${asked.get('state')}`), 404)
    assert.equal(sso.calls.length, 0)
    await back(asked, { code: 'the-code' })
    await outcome
  })

  for (const [what, answer, expected] of [
    ['another issuer', { code: 'a', iss: 'https://evil.example.com' }, /does not fit the standard/],
    [
      'a refusal',
      { error: 'access_denied', error_description: 'canary' },
      /access_denied: the sign in was refused/,
    ],
    ['no code', {}, /does not fit the standard/],
  ] as [string, Record<string, string>, RegExp][]) {
    it(`takes no token after ${what}, and shows that`, async (t) => {
      const { sso, outcome, asked } = await begin(t)
      const rejected = assert.rejects(outcome, (error: Error) => {
        assert.match(error.message, expected)
        assert.doesNotMatch(error.message, /canary|\n/)
        return true
      })
      const page = await back(asked, answer)
      assert.deepEqual([page.status, (await page.text()).includes('Not signed in')], [400, true])
      await rejected
      assert.equal(sso.calls.length, 0)
    })
  }

  it('wants the issuer in the answer of an SSO that announces it', async (t) => {
    const more = { authorization_response_iss_parameter_supported: true }
    const { outcome, asked } = await begin(t, { more })
    const rejected = assert.rejects(outcome, /does not fit the standard/)
    await back(asked, { code: 'the-code' })
    await rejected
  })

  it('wants an id token with its nonce when it asks for OpenID Connect', async (t) => {
    const { outcome, asked } = await begin(t, { scope: 'openid' })
    assert.equal(asked.get('nonce')?.length, 43)
    const rejected = assert.rejects(outcome, /does not fit the standard/)
    await back(asked, { code: 'the-code' })
    await rejected
  })
})
