import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { renew } from '../../../../../src/cli/fetch/token/renew.ts'
import { type Call, json, startSmallSso } from './small-sso.ts'

describe('renew', () => {
  it('spends the refresh token, names the resource, and keeps the new tokens', async (t) => {
    const answer = { access_token: 'new', token_type: 'bearer', refresh_token: 'r2', expires_in: 60 }
    const sso = await startSmallSso(t, ({ response }) => json(response, 200, answer))
    const before = { ...sso.wanted, resource: 'https://h', accessToken: 'old', refreshToken: 'r1' }
    const record = await renew(before, sso.options)
    assert.deepEqual(
      [record?.accessToken, record?.refreshToken, record?.resource],
      ['new', 'r2', 'https://h'],
    )
    const form = Object.fromEntries(sso.calls[0]?.form ?? [])
    assert.deepEqual(form, {
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      resource: 'https://h',
      client_id: 'terminal',
    })
  })

  it('knows that a refresh token is not taken any more', async (t) => {
    const sso = await startSmallSso(t, ({ response }) => json(response, 400, { error: 'invalid_grant' }))
    assert.equal(
      await renew({ ...sso.wanted, accessToken: 'old', refreshToken: 'r1' }, sso.options),
      undefined,
    )
    assert.equal(await renew({ ...sso.wanted, accessToken: 'old' }, sso.options), undefined)
  })

  for (const [what, answer, expected] of [
    [
      '503',
      ({ response }: Call) => void response.writeHead(503).end(),
      /gives no other token: it answers 503/,
    ],
    ['a page', ({ response }: Call) => void response.end('<html>canary'), /its answer is no JSON/],
    ['no answer', ({ response }: Call) => void response.destroy(), /cannot be had/],
    ['no token', ({ response }: Call) => json(response, 200, { a: 'canary' }), /does not fit the standard/],
  ] as const) {
    it(`says in one line what is wrong with ${what}`, async (t) => {
      const sso = await startSmallSso(t, answer)
      await assert.rejects(
        renew({ ...sso.wanted, accessToken: 'old', refreshToken: 'r1' }, sso.options),
        (error: Error) => {
          assert.match(error.message, expected)
          assert.doesNotMatch(error.message, /canary|r1|\n/)
          return true
        },
      )
    })
  }
})
