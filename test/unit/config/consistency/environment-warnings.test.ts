import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const warningsOf = (env: Record<string, string>, dotenv: Record<string, string> = {}) =>
  resolve({ env: { ...leastEnv, ...env }, dotenv }).warnings

describe('unknownNames', () => {
  it('tells of such a variable beside the problem that it may be the cause of, and of nothing else', () => {
    const { SSO_URL: _url, ...env } = { ...leastEnv, S3PROXY_SSO_ULR: 'https://sso.example.com/' }
    const { problems, warnings } = resolve({ env })
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['sso.url'],
    )
    assert.deepEqual(warnings, ['S3PROXY_SSO_ULR is not an option; did you mean S3PROXY_SSO_URL?'])
  })

  it('warns of variables that look like options, with a guess, in .env too', () => {
    const { problems, warnings } = resolve({
      env: { ...leastEnv, S3PROXY_S3_STALL_TIMEOUT: '1', S3PROXY_CONFIG: 'x', S3PROXY_TOKEN: 't' },
      dotenv: { S3PROXY_LOG_LEVLE: 'debug' },
    })
    assert.deepEqual(problems, [])
    assert.deepEqual(warnings.filter((warning) => warning.startsWith('S3PROXY_')).sort(), [
      'S3PROXY_LOG_LEVLE is not an option; did you mean S3PROXY_LOG_LEVEL?',
      'S3PROXY_S3_STALL_TIMEOUT is not an option; did you mean S3PROXY_S3_STALL_TIMEOUT_MS?',
    ])
  })

  it('says nothing of what Kubernetes tells pods about a service named s3proxy', () => {
    const { warnings } = resolve({
      env: {
        ...leastEnv,
        S3PROXY_SERVICE_HOST: '10.0.0.1',
        S3PROXY_SERVICE_PORT: '80',
        S3PROXY_SERVICE_PORT_HTTP: '80',
        S3PROXY_PORT: 'tcp://10.0.0.1:80',
        S3PROXY_PORT_80_TCP: 'tcp://10.0.0.1:80',
        S3PROXY_PORT_80_TCP_ADDR: '10.0.0.1',
      },
    })
    assert.deepEqual(
      warnings.filter((warning) => warning.startsWith('S3PROXY_')),
      [],
    )
  })

  it('guesses what a plain S3PROXY_PORT means', () => {
    const { warnings } = resolve({ env: { ...leastEnv, S3PROXY_PORT: '8080' } })
    assert.ok(warnings.some((warning) => warning.startsWith('S3PROXY_PORT is not an option')))
  })
})

describe('unusedNames', () => {
  const ofServices = {
    S3PROXY_SERVER_PORT: 'tcp://10.96.0.12:80',
    S3PROXY_SERVER_ADMIN_PORT: 'udp://10.96.0.13:53',
    S3PROXY_SERVER_SERVICE_HOST: '10.96.0.12',
    S3PROXY_SERVER_SERVICE_PORT: '80',
    S3PROXY_SERVER_SERVICE_PORT_HTTP: '80',
    S3PROXY_SERVER_PORT_80_TCP: 'tcp://10.96.0.12:80',
    S3PROXY_SERVER_PORT_80_TCP_PROTO: 'tcp',
    S3PROXY_SERVER_PORT_80_TCP_PORT: '80',
    S3PROXY_SERVER_PORT_80_TCP_ADDR: '10.96.0.12',
    S3PROXY_S3_PORT: 'tcp://10.96.0.14:80',
    S3PROXY_S3_PORT_9000_SCTP: 'sctp://10.96.0.14:9000',
  }

  it('passes over what Kubernetes sets for a Service whose name makes one of ours, with a warning', () => {
    const env = { ...leastEnv, ...ofServices, PORT: '8081' }
    const { config, problems, sources, warnings } = resolve({ env })
    assert.deepEqual(problems, [])
    assert.deepEqual([config?.server.port, sources['server.port']], [8081, 'PORT'])
    assert.equal(config?.server.adminPort, undefined)
    assert.deepEqual(
      warnings.filter((warning) => warning.startsWith('S3PROXY_')).map((warning) => warning.slice(0, 45)),
      ['S3PROXY_SERVER_PORT is not used: its value is', 'S3PROXY_SERVER_ADMIN_PORT is not used: its va'],
    )
  })

  it('takes the same names from .env or the file beside them', () => {
    const env = { ...leastEnv, ...ofServices }
    assert.equal(resolve({ env, dotenv: { S3PROXY_SERVER_PORT: '1' } }).config?.server.port, 1)
    assert.equal(resolve({ env, content: { server: { port: 2 } } }).config?.server.port, 2)
  })

  it('refuses any other port that is no number', () => {
    const { problems } = resolve({ env: { ...leastEnv, S3PROXY_SERVER_PORT: 'http://10.96.0.12:80' } })
    assert.deepEqual(
      problems.map(({ path, env }) => [path, env]),
      [['server.port', 'S3PROXY_SERVER_PORT']],
    )
  })

  it('tells of a secret that is given beside the file that holds it', () => {
    const { config, warnings } = resolve({
      env: { ...leastEnv, SSO_CLIENT_SECRET_FILE: '/run/secret', REDIS_URL: 'redis://h' },
      dotenv: { REDIS_URL: 'redis://i', REDIS_URL_FILE: '/run/redis' },
    })
    assert.equal(config?.sso.clientSecret, leastEnv.SSO_CLIENT_SECRET)
    assert.deepEqual(
      warnings.filter((warning) => warning.includes('_FILE')),
      [
        'SSO_CLIENT_SECRET_FILE is not used, because SSO_CLIENT_SECRET is set too: keep one of them',
        'REDIS_URL_FILE in .env is not used, because REDIS_URL is set too: keep one of them',
      ],
    )
  })

  it('tells of it where the two have different names, and not of two services that both have a URL', () => {
    const { warnings } = resolve({
      env: {
        ...leastEnv,
        S3PROXY_SSO_CLIENT_SECRET_FILE: '/run/secret',
        VCAP_SERVICES: '{"redis": [{"credentials": {"uri": "redis://h"}}]}',
        REDIS_URL: 'redis://i',
      },
      readSecretFile: () => 'of-the-file',
    })
    assert.deepEqual(
      warnings.filter((warning) => warning.includes('keep one of them')),
      ['SSO_CLIENT_SECRET is not used, because S3PROXY_SSO_CLIENT_SECRET_FILE is set too: keep one of them'],
    )
  })

  it('tells of proxies that are set, and not where', () => {
    const warnings = warningsOf({ HTTPS_PROXY: 'http://u:hunter2@proxy:3128', http_proxy: 'http://proxy' })
    assert.ok(
      warnings.includes(
        'HTTPS_PROXY, http_proxy: not used, S3, Redis and the SSO are reached without a proxy',
      ),
    )
    assert.ok(!warnings.join().includes('hunter2'))
    assert.ok(!warningsOf({ HTTPS_PROXY: '' }).join().includes('PROXY:'))
  })

  it('tells of names in .env that are none of ours, and of no other program', () => {
    const dotenv = { AWS_PROFILE: 'a', NODE_OPTIONS: '-r x', AWS_REGION: 'eu-west-2', COMPOSE_PROJECT: 'b' }
    assert.deepEqual(
      warningsOf({}, dotenv).filter((warning) => warning.includes(' in .env ')),
      ['AWS_PROFILE', 'NODE_OPTIONS'].map(
        (name) => `${name} in .env is not used: .env gives values to options; set it in the environment`,
      ),
    )
  })
})
