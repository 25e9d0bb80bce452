import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, problemsOf, resolve } from '../../../helpers/config/given.ts'

const warningsOf = (env: Record<string, string>) =>
  resolve({ env: { ...leastEnv, ...env } }).warnings.filter((warning) => warning.includes('bearer.'))

describe('bearer tokens', () => {
  it('are not accepted unless that is wanted, and options for nothing are told', () => {
    assert.equal(resolve({ env: leastEnv }).config?.bearer.accept, 'none')
    assert.deepEqual(warningsOf({}), [])
    assert.deepEqual(warningsOf({ S3PROXY_BEARER_TERMINAL_CLIENT_ID: 'terminal' }), [
      'bearer.terminalClientId is not used, because bearer.accept is none',
    ])
  })

  it('come with a warning where nobody says for whom they were made', () => {
    const [warning = ''] = warningsOf({ S3PROXY_BEARER_ACCEPT: 'identity' })
    assert.match(warning, /^every token of the SSO is accepted/)
  })

  it('make a page of s3proxy that cannot be the object of health checks', () => {
    const env = { AWS_S3_HEALTHCHECK_KEY: '.well-known/oauth-protected-resource' }
    assert.deepEqual(problemsOf(env), [])
    assert.deepEqual(problemsOf({ ...env, S3PROXY_BEARER_ACCEPT: 'identity' }), [
      ['s3.healthcheckKey', 'AWS_S3_HEALTHCHECK_KEY'],
    ])
  })

  it('have an issuer that is kept byte for byte', () => {
    for (const issuer of [
      'https://sso.example.com',
      'https://sso.example.com/',
      'https://sso.example.com./a/',
    ])
      assert.equal(
        resolve({ env: { ...leastEnv, S3PROXY_BEARER_ISSUER: issuer } }).config?.bearer.issuer,
        issuer,
      )
    for (const issuer of [
      'sso.example.com',
      'https://user@sso.example.com/',
      'https://sso.example.com/?a',
      '',
    ])
      assert.deepEqual(problemsOf({ S3PROXY_BEARER_ISSUER: issuer }).length, issuer === '' ? 0 : 1, issuer)
  })
})
