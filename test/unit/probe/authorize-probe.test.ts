import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { authorizeSteps } from '../../../src/probe/authorize-probe.ts'

describe('authorizeSteps', () => {
  const tried = async (origins: readonly string[]) => {
    const steps = authorizeSteps(origins, 5, async (login) => ({ message: login.redirectUri }))
    const { signal } = new AbortController()
    return Promise.all(steps.map(async ({ name, run }) => [name, (await run(signal)).message]))
  }

  it('tries the redirect URI of each origin in a step of its own', async () => {
    assert.deepEqual(await tried(['https://a.example.com', 'http://b.example.com:81']), [
      ['sso.authorize', 'https://a.example.com/__redirect_from_sso'],
      ['sso.authorize.b.example.com:81', 'http://b.example.com:81/__redirect_from_sso'],
    ])
  })

  it('tries one for the sake of the probe where no origin is known', async () => {
    assert.deepEqual(await tried([]), [['sso.authorize', 'https://assets.example.com/__redirect_from_sso']])
  })
})
