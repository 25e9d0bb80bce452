import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { discoverServer } from '../../../../../src/cli/fetch/token/authorization-server.ts'
import { signInByDevice } from '../../../../../src/cli/fetch/token/device-flow.ts'
import { type Call, json, type SmallSso, startSmallSso } from './small-sso.ts'

const code = {
  device_code: 'the-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://sso.example.com/device',
  expires_in: 600,
}
const token = { access_token: 'the-token', token_type: 'Bearer', expires_in: 60 }

/** Answers the token endpoint with one answer after the other; the last one again and again. */
function answering(...answers: ((call: Call) => void)[]): (call: Call, ordinal: number) => void {
  return (call, ordinal) => {
    if (call.path === '/device') json(call.response, 200, code)
    else answers[Math.min(ordinal - 2, answers.length - 1)]?.(call)
  }
}
const refuse =
  (error: string, status = 400) =>
  ({ response }: Call) =>
    json(response, status, { error, error_description: 'canary' })
const give = ({ response }: Call) => json(response, 200, token)

async function signIn(sso: SmallSso, more: Partial<SmallSso['wanted']> = {}) {
  const wanted = { ...sso.wanted, ...more }
  return signInByDevice(await discoverServer(wanted, sso.options), wanted, sso.options)
}

describe('signInByDevice', () => {
  it('shows page and code, waits for the person, and proves that it is the one that asked', async (t) => {
    const sso = await startSmallSso(t, answering(refuse('authorization_pending'), give))
    assert.equal((await signIn(sso, { resource: 'https://assets.example.com' })).access_token, 'the-token')
    assert.deepEqual(sso.told, [
      'sign in to fetch from http://127.0.0.1:1: open https://sso.example.com/device and enter the code WDJB-MJHT',
    ])
    const [device, , last] = sso.calls.map(({ form }) => Object.fromEntries(form))
    assert.deepEqual(
      [device?.client_id, device?.scope, device?.resource, device?.code_challenge_method],
      ['terminal', 'openid', 'https://assets.example.com', 'S256'],
    )
    assert.deepEqual(
      [last?.client_id, last?.device_code, last?.resource, last?.grant_type],
      [
        'terminal',
        'the-device-code',
        'https://assets.example.com',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
    )
    assert.equal(hash('sha256', last?.code_verifier ?? '', 'base64url'), device?.code_challenge)
    assert.deepEqual(sso.pauses, [5000, 5000])
  })

  it('names the complete address, too, and sends neither scope nor resource that nobody wants', async (t) => {
    const sso = await startSmallSso(t, (call) => {
      const complete = { ...code, verification_uri_complete: 'https://sso.example.com/device?c=WDJB-MJHT' }
      if (call.path === '/device') json(call.response, 200, complete)
      else give(call)
    })
    await signIn(sso, { scope: '' })
    assert.equal(sso.told[1], 'or open https://sso.example.com/device?c=WDJB-MJHT')
    assert.deepEqual([sso.calls[0]?.form.has('scope'), sso.calls[1]?.form.has('resource')], [false, false])
  })

  it('waits five seconds longer after each slow_down, and no shorter ever after', async (t) => {
    const answers = [refuse('slow_down'), refuse('authorization_pending'), refuse('slow_down'), give]
    const sso = await startSmallSso(t, answering(...answers))
    await signIn(sso)
    assert.deepEqual(sso.pauses, [5000, 10_000, 10_000, 15_000])
  })

  it('keeps the pause that the SSO names', async (t) => {
    const sso = await startSmallSso(t, (call) => {
      if (call.path === '/device') json(call.response, 200, { ...code, interval: 2 })
      else give(call)
    })
    await signIn(sso)
    assert.deepEqual(sso.pauses, [2000])
  })

  it('asks again, and less often, while the SSO cannot be reached', async (t) => {
    const reset = ({ response }: Call) => void response.destroy()
    const away = ({ response }: Call) => void response.writeHead(502).end('<html>')
    const sso = await startSmallSso(t, answering(reset, away, give))
    await signIn(sso)
    assert.deepEqual(sso.pauses, [5000, 10_000, 20_000])
  })

  it('ends when the person refuses', async (t) => {
    const sso = await startSmallSso(t, answering(refuse('authorization_pending'), refuse('access_denied')))
    await assert.rejects(signIn(sso), {
      message: `the SSO ${sso.issuer} gives no token: access_denied: the sign in was refused`,
    })
  })

  for (const [what, answers] of [
    ['when the SSO says so', [refuse('expired_token')]],
    ['when its time is over', [refuse('authorization_pending')]],
    ['also while the SSO cannot be reached', [({ response }: Call) => void response.destroy()]],
  ] as const) {
    it(`says that nobody entered the code, ${what}`, async (t) => {
      const sso = await startSmallSso(t, answering(...answers))
      await assert.rejects(signIn(sso), /gives no token: expired_token: nobody entered the code in time/)
      const waitedMs = sso.pauses.reduce((sum, ms) => sum + ms, 0)
      assert.ok(waitedMs <= 600_000, `${waitedMs}`)
    })
  }

  for (const [what, change, expected] of [
    ['no JSON', (call: Call) => call.response.end('<html>canary'), /gives no code to sign in with: /],
    ['an unknown client', refuse('invalid_client', 401), /invalid_client: .*--client-id/],
    ['an unknown scope', refuse('invalid_scope'), /invalid_scope: .*--scope/],
    ['a person without offline access', refuse('not_allowed'), /not_allowed: .*--scope openid/],
    ['500', (call: Call) => call.response.writeHead(500).end(), /it answers 500/],
    ['a redirect', (call: Call) => call.response.writeHead(302, { location: '/x' }).end(), /it answers 302/],
    ['a huge answer', (call: Call) => call.response.end('a'.repeat(1_100_000)), /larger than 1048576 bytes/],
    ['silence', () => {}, /did not come within 2000 ms/],
    [
      'a page that is no address',
      (call: Call) => json(call.response, 200, { ...code, verification_uri: 'javascript:canary' }),
      /no https address/,
    ],
  ] as const) {
    it(`says in one line what is wrong with ${what}`, async (t) => {
      const sso = await startSmallSso(t, change)
      await assert.rejects(signIn(sso), (error: Error) => {
        assert.match(error.message, expected)
        assert.doesNotMatch(error.message, /canary|\n/)
        return true
      })
    })
  }

  it('shows no character that a terminal obeys', async (t) => {
    const sso = await startSmallSso(t, (call) => {
      if (call.path === '/device') json(call.response, 200, { ...code, user_code: 'A\u001b[2J\u202eB' })
      else give(call)
    })
    await signIn(sso)
    assert.match(sso.told[0] ?? '', /enter the code A\\u\{1b\}\[2J\\u\{202e\}B$/)
  })

  it('ends at once when the command is stopped', async (t: TestContext) => {
    const stop = new AbortController()
    const sso = await startSmallSso(t, (call) => {
      if (call.path === '/device') json(call.response, 200, code)
      else stop.abort(new Error('stopped'))
    })
    const options = { ...sso.options, signal: stop.signal }
    const server = await discoverServer(sso.wanted, options)
    await assert.rejects(signInByDevice(server, sso.wanted, options), /^Error: stopped$/)
  })
})
