import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, problemsOf, resolve } from '../../../helpers/config/given.ts'

const warningsOf = (env: Record<string, string>) =>
  resolve({ env: { ...leastEnv, ...env } }).warnings.filter((warning) => warning.includes('bearer.'))

const issuer = { S3PROXY_BEARER_ISSUER: 'https://sso.example.com/realm' }
const audience = { S3PROXY_BEARER_AUDIENCE: 'https://assets.example.com,assets' }
const scopes = { S3PROXY_BEARER_SCOPES: 'assets:read,list' }
const introspectionUrl = { S3PROXY_BEARER_INTROSPECTION_URL: 'https://sso.example.com/introspect' }
const jwt = { S3PROXY_BEARER_ACCEPT: 'jwt' }
const introspection = { S3PROXY_BEARER_ACCEPT: 'introspection' }
const identity = { S3PROXY_BEARER_ACCEPT: 'identity' }

describe('bearer tokens', () => {
  it('are not accepted unless that is wanted, and options for nothing are told', () => {
    assert.equal(resolve({ env: leastEnv }).config?.bearer.accept, 'none')
    assert.deepEqual(warningsOf({}), [])
    const unused = (name: string, accept: string) =>
      `bearer.${name} is not used, because bearer.accept is ${accept}`
    assert.deepEqual(warningsOf({ S3PROXY_BEARER_TERMINAL_CLIENT_ID: 'terminal', ...audience }), [
      unused('audience', 'none'),
      unused('terminalClientId', 'none'),
    ])
    assert.deepEqual(warningsOf({ ...jwt, ...issuer, ...audience, ...introspectionUrl }), [
      unused('introspectionUrl', 'jwt'),
    ])
    const plain = { S3PROXY_BEARER_ALLOW_PLAIN_JWT: 'true' }
    assert.deepEqual(warningsOf({ ...introspection, ...issuer, ...audience, ...plain }), [
      unused('allowPlainJwt', 'introspection'),
    ])
  })

  it('need an issuer and an audience for jwt', () => {
    assert.deepEqual(problemsOf(jwt), [
      ['bearer.issuer', 'S3PROXY_BEARER_ISSUER'],
      ['bearer.audience', 'S3PROXY_BEARER_AUDIENCE'],
    ])
    const env = { ...jwt, ...issuer, ...audience, ...scopes }
    assert.deepEqual(problemsOf(env), [])
    const { bearer } = resolve({ env: { ...leastEnv, ...env } }).config ?? {}
    assert.deepEqual(bearer?.audience, ['https://assets.example.com', 'assets'])
    assert.deepEqual(bearer?.scopes, ['assets:read', 'list'])
    assert.deepEqual(warningsOf(env), [])
  })

  it('take the issuer of the SSO unless there is another one', () => {
    const { SSO_URL: _, ...withoutUrl } = leastEnv
    const oidc = { ...withoutUrl, S3PROXY_SSO_ISSUER: 'https://sso.example.com' }
    assert.deepEqual(problemsOf({ ...jwt, ...audience }, oidc), [])
    assert.deepEqual(problemsOf({ ...introspection, ...audience }, oidc), [])
  })

  it('warn of answers that anybody on the way can change', () => {
    for (const host of ['sso.example.com', '127.0.0.1.example.com']) {
      const clear = { S3PROXY_BEARER_ISSUER: `http://${host}/realm` }
      assert.match(warningsOf({ ...jwt, ...clear, ...audience }).join(), /^bearer\.issuer is http: [^,]*$/)
      const url = { S3PROXY_BEARER_INTROSPECTION_URL: `http://${host}/introspect` }
      assert.match(
        warningsOf({ ...introspection, ...url, ...audience }).join(),
        /^bearer\.introspectionUrl is http: /,
      )
      assert.equal(warningsOf({ ...introspection, ...clear, ...url, ...audience }).length, 2)
    }
    const loopback = { S3PROXY_BEARER_ISSUER: 'http://127.0.0.1:8080/' }
    assert.deepEqual(warningsOf({ ...jwt, ...loopback, ...audience }), [])
  })

  it('are not told from id tokens where both may be plain and for the same audience', () => {
    const own = { ...jwt, ...issuer, S3PROXY_BEARER_AUDIENCE: 'other,the-client' }
    assert.deepEqual(problemsOf(own), [])
    assert.deepEqual(problemsOf({ ...own, S3PROXY_BEARER_ALLOW_PLAIN_JWT: 'true' }), [
      ['bearer.audience', 'S3PROXY_BEARER_AUDIENCE'],
    ])
  })

  it('need an endpoint, and an audience or scopes, for introspection', () => {
    assert.deepEqual(problemsOf(introspection), [
      ['bearer.introspectionUrl', 'S3PROXY_BEARER_INTROSPECTION_URL'],
      ['bearer.audience', 'S3PROXY_BEARER_AUDIENCE'],
    ])
    for (const env of [
      { ...introspectionUrl, ...audience },
      { ...issuer, ...audience },
      { ...introspectionUrl, ...scopes },
    ])
      assert.deepEqual(problemsOf({ ...introspection, ...env }), [])
    assert.deepEqual(warningsOf({ ...introspection, ...introspectionUrl, ...audience }), [])
    const [warning = ''] = warningsOf({ ...introspection, ...introspectionUrl, ...scopes })
    assert.match(warning, /scopes alone/)
  })

  it('are not introspected by a client that cannot say who it is', () => {
    const env = {
      ...introspection,
      ...introspectionUrl,
      ...audience,
      S3PROXY_SSO_CLIENT_AUTHENTICATION: 'none',
    }
    assert.deepEqual(problemsOf(env), [['sso.clientAuthentication', 'S3PROXY_SSO_CLIENT_AUTHENTICATION']])
  })

  it('come with a warning where nobody says for whom they were made, and with no check that cannot be', () => {
    const [warning = ''] = warningsOf(identity)
    assert.match(warning, /^every token of the SSO is accepted/)
    assert.deepEqual(problemsOf({ ...identity, ...audience, ...scopes }), [
      ['bearer.audience', 'S3PROXY_BEARER_AUDIENCE'],
      ['bearer.scopes', 'S3PROXY_BEARER_SCOPES'],
    ])
  })

  it('make a page of s3proxy that cannot be the object of health checks', () => {
    const env = { AWS_S3_HEALTHCHECK_KEY: '.well-known/oauth-protected-resource' }
    assert.deepEqual(problemsOf(env), [])
    assert.deepEqual(problemsOf({ ...env, ...identity }), [['s3.healthcheckKey', 'AWS_S3_HEALTHCHECK_KEY']])
  })

  it('have an issuer that is kept byte for byte, and scopes that have a form', () => {
    for (const url of ['https://sso.example.com', 'https://sso.example.com/', 'https://sso.example.com./a/'])
      assert.equal(resolve({ env: { ...leastEnv, S3PROXY_BEARER_ISSUER: url } }).config?.bearer.issuer, url)
    for (const url of ['sso.example.com', 'https://user@sso.example.com/', 'https://sso.example.com/?a'])
      assert.deepEqual(problemsOf({ S3PROXY_BEARER_ISSUER: url }).length, 1, url)
    for (const scope of ['a b', 'a"'])
      assert.deepEqual(problemsOf({ S3PROXY_BEARER_SCOPES: scope }).length, 1, scope)
  })
})
