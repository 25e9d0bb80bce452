import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { leastEnv, problemsOf, resolve } from '../../../helpers/config/given.ts'

describe('checkServer', () => {
  it('wants a certificate and its key, or neither, and reads both', () => {
    const certificate = { S3PROXY_SERVER_TLS_CERT_FILE: 'localhost.crt' }
    const key = { S3PROXY_SERVER_TLS_KEY_FILE: 'localhost.key' }
    assert.deepEqual(problemsOf(certificate), [['server.tlsKeyFile', 'S3PROXY_SERVER_TLS_KEY_FILE']])
    assert.deepEqual(problemsOf(key), [['server.tlsCertFile', 'S3PROXY_SERVER_TLS_CERT_FILE']])
    const readFile = (file: string) => readFileSync(`test/fixtures/tls/${file}`, 'utf8')
    const publicUrl = { S3PROXY_SERVER_PUBLIC_URL: 'http://a.example.com' }
    const { config, warnings } = resolve({
      env: { ...leastEnv, ...certificate, ...key, ...publicUrl },
      readFile,
    })
    assert.match(config?.server.tlsKeyFile?.content ?? '', /PRIVATE KEY/)
    assert.ok(warnings.some((warning) => /clients speak TLS.*server\.publicUrl is http/.test(warning)))
  })

  for (const [what, env, path] of [
    [
      'the admin port on the public port',
      { PORT: '80', S3PROXY_SERVER_ADMIN_PORT: '80' },
      'server.adminPort',
    ],
    ['a broken VCAP_APPLICATION', { VCAP_APPLICATION: '{' }, 'server.allowedHosts'],
    ['an empty list of hosts', { S3PROXY_SERVER_ALLOWED_HOSTS: ',' }, 'server.allowedHosts'],
  ] as [string, Record<string, string>, string][]) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(
        problemsOf(env).map(([name]) => name),
        [path],
      )
    })
  }

  it('takes for the sandbox true, false, or paths that are trusted, of which it warns', () => {
    const sandboxOf = (text: string) => {
      const env = { ...leastEnv, S3PROXY_SERVER_SANDBOX_ACTIVE_CONTENT: text }
      const { config, warnings, problems } = resolve({ env })
      const isWarned = warnings.some((warning) => warning.includes('sandboxActiveContent'))
      return [config?.server.sandboxActiveContent ?? problems.map(({ path }) => path), isWarned]
    }
    assert.deepEqual(sandboxOf('true'), [true, false])
    assert.deepEqual(sandboxOf('off'), [false, false])
    assert.deepEqual(sandboxOf('/reports/, /a b'), [['/reports/', '/a b'], true])
    for (const bad of ['reports/', ',', '/a/../b', '/a,b', 'maybe'])
      assert.deepEqual(sandboxOf(bad), [['server.sandboxActiveContent'], false], bad)
  })

  it('serves the hosts that the platform routes here', () => {
    const env = { ...leastEnv, VCAP_APPLICATION: '{"application_uris": ["a.example.com"]}' }
    const { config, sources, warnings } = resolve({ env })
    assert.deepEqual(config?.server.allowedHosts, ['a.example.com'])
    assert.equal(sources['server.allowedHosts'], 'VCAP_APPLICATION')
    assert.ok(!warnings.some((warning) => warning.startsWith('any host name')))
  })

  it('warns that any host is served when nothing says which', () => {
    const any = 'any host name is served: set server.publicUrl, or server.allowedHosts'
    assert.ok(resolve({ env: leastEnv }).warnings.includes(any))
    const env = { ...leastEnv, S3PROXY_SERVER_PUBLIC_URL: 'https://a.example.com' }
    assert.ok(!resolve({ env }).warnings.includes(any))
  })

  it('warns that the admin port listens on every address, unless somebody said where', () => {
    const warned = (env: Record<string, string>) =>
      resolve({ env: { ...leastEnv, ...env } }).warnings.some((warning) =>
        warning.startsWith('the admin port listens on every address (0.0.0.0)'),
      )
    assert.ok(warned({ S3PROXY_SERVER_ADMIN_PORT: '9090' }))
    for (const host of ['127.0.0.1', '0.0.0.0'])
      assert.ok(!warned({ S3PROXY_SERVER_ADMIN_PORT: '9090', S3PROXY_SERVER_ADMIN_HOST: host }))
    assert.ok(!warned({}))
  })
})
