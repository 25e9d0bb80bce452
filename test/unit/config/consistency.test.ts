import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from './given.ts'

const { AWS_S3_ENDPOINT: _, ...withoutEndpoint } = leastEnv

function problemsOf(env: Record<string, string>, base: Record<string, string> = leastEnv) {
  return resolve({ env: { ...base, ...env } }).problems.map(({ path, env: name }) => [path, name])
}

describe('checkTogether', () => {
  it('wants both halves of an access key or none', () => {
    assert.deepEqual(problemsOf({ AWS_ACCESS_KEY_ID: 'a' }), [
      ['s3.secretAccessKey', 'AWS_SECRET_ACCESS_KEY'],
    ])
    assert.deepEqual(problemsOf({ AWS_SECRET_ACCESS_KEY: 'a' }), [['s3.accessKeyId', 'AWS_ACCESS_KEY_ID']])
    assert.deepEqual(problemsOf({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }), [])
  })

  it('wants a key of some length for hashed identities, and none for plain ones', () => {
    const missing = [['log.identityHashKey', 'S3PROXY_LOG_IDENTITY_HASH_KEY']]
    assert.deepEqual(problemsOf({ S3PROXY_LOG_IDENTITY: 'hashed' }), missing)
    const short = { S3PROXY_LOG_IDENTITY: 'hashed', S3PROXY_LOG_IDENTITY_HASH_KEY: 'fifteen-letters' }
    assert.deepEqual(problemsOf(short), missing)
    assert.deepEqual(problemsOf({ ...short, S3PROXY_LOG_IDENTITY_HASH_KEY: 'sixteen--letters' }), [])
    assert.deepEqual(problemsOf({ S3PROXY_LOG_IDENTITY: 'plain' }), [])
  })

  it('says that the AWS default chain is used where no key is given', () => {
    assert.equal(resolve({ env: leastEnv }).sources['s3.accessKeyId'], 'AWS default chain')
    const env = { ...leastEnv, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
    assert.equal(resolve({ env }).sources['s3.accessKeyId'], 'AWS_ACCESS_KEY_ID')
  })

  it('makes the endpoint of bucket, region and prefix', () => {
    const { config, sources } = resolve({
      env: { ...withoutEndpoint, AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: 'a/' },
    })
    assert.equal(config?.s3.endpoint, 'https://my-bucket.s3.eu-west-2.amazonaws.com/a/')
    assert.equal(sources['s3.endpoint'], 's3.bucket')
  })

  it('wants an endpoint or a bucket', () => {
    assert.deepEqual(problemsOf({}, withoutEndpoint), [['s3.endpoint', 'AWS_S3_ENDPOINT']])
  })

  it('refuses a key prefix beside an endpoint, which would otherwise serve more than was meant', () => {
    assert.deepEqual(problemsOf({ KEY_PREFIX: 'a/' }), [['s3.keyPrefix', 'KEY_PREFIX']])
  })

  it('warns of a bucket beside an endpoint', () => {
    const { config, warnings } = resolve({ env: { ...leastEnv, AWS_S3_BUCKET: 'other-bucket' } })
    assert.equal(config?.s3.endpoint, leastEnv.AWS_S3_ENDPOINT)
    assert.ok(warnings.includes('s3.bucket is not used, because s3.endpoint is given'))
  })

  it('refuses a password for Sentinels that are not named', () => {
    const env = { REDIS_URL: 'redis://r', S3PROXY_SESSION_REDIS_SENTINEL_PASSWORD: 'a' }
    const missing = [['session.redisSentinelName', 'S3PROXY_SESSION_REDIS_SENTINEL_NAME']]
    assert.deepEqual(problemsOf(env), missing)
    assert.deepEqual(problemsOf({ ...env, S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' }), [])
  })

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
    assert.match(config?.files?.['server.tlsKeyFile'] ?? '', /PRIVATE KEY/)
    assert.ok(warnings.some((warning) => /clients speak TLS.*server\.publicUrl is http/.test(warning)))
  })

  it('wants an authority of Redis that is one, and rediss', () => {
    const env = { ...leastEnv, REDIS_URL: 'redis://r', S3PROXY_SESSION_REDIS_CA_FILE: 'localhost.key' }
    const readFile = (file: string) => readFileSync(`test/fixtures/tls/${file}`, 'utf8')
    assert.deepEqual(resolve({ env, readFile }).problems, [
      {
        path: 'session.redisCaFile',
        env: 'S3PROXY_SESSION_REDIS_CA_FILE',
        message: 'expected a certificate in PEM',
      },
    ])
    const valid = { ...env, S3PROXY_SESSION_REDIS_CA_FILE: 'localhost.crt' }
    assert.match(resolve({ env: valid, readFile }).warnings.join(), /redisCaFile is not used/)
    assert.doesNotMatch(
      resolve({ env: { ...valid, REDIS_URL: 'rediss://r' }, readFile }).warnings.join(),
      /redisCaFile/,
    )
  })

  it('refuses a key prefix that climbs out of itself', () => {
    const env = { AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: 'a/../b/' }
    assert.deepEqual(problemsOf(env, withoutEndpoint), [['s3.keyPrefix', 'KEY_PREFIX']])
  })

  it('keeps sessions in Redis when its URL is known, else in memory with a warning', () => {
    assert.equal(resolve({ env: { ...leastEnv, REDIS_URL: 'redis://h' } }).config?.session.store, 'redis')
    const { config, warnings } = resolve({ env: leastEnv })
    assert.equal(config?.session.store, 'memory')
    assert.equal(warnings.filter((warning) => warning.startsWith('sessions are kept in memory')).length, 1)
  })

  it('keeps sessions in memory when told so, although a URL of Redis is known', () => {
    const env = { ...leastEnv, REDIS_URL: 'redis://h', S3PROXY_SESSION_STORE: 'memory' }
    assert.equal(resolve({ env }).config?.session.store, 'memory')
  })

  for (const [what, env, path] of [
    ['Redis without its URL', { S3PROXY_SESSION_STORE: 'redis' }, 'session.redisUrl'],
    ['several URLs of one Redis', { REDIS_URL: 'redis://a,redis://b' }, 'session.redisUrl'],
    [
      'Cluster and Sentinel at once',
      {
        REDIS_URL: 'redis://a,redis://b',
        S3PROXY_SESSION_REDIS_CLUSTER: 'true',
        S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main',
      },
      'session.redisSentinelName',
    ],
    ['several workers with sessions in memory', { WEB_CONCURRENCY: '2' }, 'server.workers'],
    [
      'SameSite=None without https',
      { S3PROXY_SESSION_SAME_SITE: 'none', S3PROXY_SERVER_PUBLIC_URL: 'http://a.example.com' },
      'session.sameSite',
    ],
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

  it('accepts several URLs of a Cluster, and of Sentinels', () => {
    const REDIS_URL = 'redis://a,redis://b'
    assert.deepEqual(problemsOf({ REDIS_URL, S3PROXY_SESSION_REDIS_CLUSTER: 'true' }), [])
    assert.deepEqual(problemsOf({ REDIS_URL, S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' }), [])
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

  it('warns of a secret given by --set, without its value', () => {
    const { config, warnings } = resolve({
      env: leastEnv,
      flags: new Map([['sso.clientSecret', 'hunter2']]),
    })
    assert.equal(config?.sso.clientSecret, 'hunter2')
    const warning = warnings.find((text) => text.startsWith('sso.clientSecret was given by --set'))
    assert.ok(warning !== undefined && !warning.includes('hunter2'))
  })

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
      env: { ...leastEnv, S3PROXY_S3_STALL_TIMEOUT: '1', S3PROXY_CONFIG: 'x' },
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
