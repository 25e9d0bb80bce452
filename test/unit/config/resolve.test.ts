import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from '../../helpers/config/given.ts'

describe('resolveConfig', () => {
  it('needs region, endpoint and the application at the SSO, and nothing else', () => {
    const { config, problems } = resolve({ env: leastEnv })
    assert.deepEqual(problems, [])
    assert.equal(config?.s3.region, 'eu-west-2')
    for (const name of Object.keys(leastEnv)) {
      const { problems: missing } = resolve({ env: { ...leastEnv, [name]: undefined } })
      assert.equal(missing.length, 1, name)
      assert.equal(missing[0]?.env, name)
      assert.match(missing[0]?.message ?? '', /^is required: /)
    }
  })

  it('takes the environment of the original unchanged', () => {
    const { config, problems } = resolve({
      env: {
        ...leastEnv,
        PORT: '8081',
        VCAP_SERVICES: '{"redis": [{"credentials": {"uri": "rediss://:p@redis:6379"}}]}',
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
        AWS_S3_HEALTHCHECK_KEY: 'healthcheck.txt',
        SSO_URL_INTERNAL: 'http://sso.internal/',
        SSO_TOKEN_CHECK_GRACE_PERIOD: '30',
      },
    })
    assert.deepEqual(problems, [])
    assert.equal(config?.server.port, 8081)
    assert.equal(config?.server.host, '0.0.0.0')
    assert.deepEqual(config?.session.redisUrl, [
      { host: 'redis', port: 6379, isSecure: true, password: 'p', shown: 'rediss://***@redis:6379' },
    ])
    assert.equal(config?.session.store, 'redis')
    assert.equal(config?.s3.accessKeyId, 'AKIAIOSFODNN7EXAMPLE')
    assert.equal(config?.s3.healthcheckKey, 'healthcheck.txt')
    assert.deepEqual(config?.s3.endpoint, {
      origin: {
        isSecure: true,
        hostname: 's3.eu-west-2.amazonaws.com',
        port: 443,
        host: 's3.eu-west-2.amazonaws.com',
      },
      bucketPath: '/my-bucket/',
      keyPrefix: '',
      url: leastEnv.AWS_S3_ENDPOINT,
    })
    assert.equal(config?.sso.internalUrl, 'http://sso.internal/')
    assert.equal(config?.sso.tokenCheckIntervalSeconds, 30)
  })

  it('takes no key for the health check that could not be served', () => {
    for (const key of ['__redirect_from_sso', '__s3proxy/livez', '.', 'a/..', '..\\a', 'a/./b', 'a\ud800'])
      assert.deepEqual(
        resolve({ env: { ...leastEnv, AWS_S3_HEALTHCHECK_KEY: key } }).problems.map(({ path }) => path),
        ['s3.healthcheckKey'],
        key,
      )
    for (const key of ['__redirect_from_sso/', '__s3proxy', '.a/..b', 'a\n.txt'])
      assert.equal(
        resolve({ env: { ...leastEnv, AWS_S3_HEALTHCHECK_KEY: key } }).config?.s3.healthcheckKey,
        key,
      )
  })

  it('lists every problem at once', () => {
    const { config, problems } = resolve({
      env: {
        AWS_S3_ENDPOINT: 'my-bucket',
        PORT: 'http',
        AWS_ACCESS_KEY_ID: 'AKIA',
        S3PROXY_LOG_LEVEL: 'loud',
        REDIS_URL: 'http://h',
      },
      content: {
        server: { publicURL: 'x', drainTimeoutMs: '9000' },
        sso: { url: 'https://sso.example.com/?q' },
      },
    })
    assert.equal(config, undefined)
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      'log.level',
      's3.endpoint',
      's3.region',
      's3.secretAccessKey',
      'server.drainTimeoutMs',
      'server.port',
      'server.publicURL',
      'session.redisUrl',
      'sso.clientId',
      'sso.clientSecret',
      'sso.url',
    ])
  })

  for (const [name, value, expected] of [
    ['PORT', '-1', 'expected a whole number from 0 to 65535 (from PORT)'],
    ['PORT', '65536', 'expected a whole number from 0 to 65535 (from PORT)'],
    ['PORT', '80.5', 'expected a whole number from 0 to 65535 (from PORT)'],
    ['PORT', '0x50', 'expected a whole number from 0 to 65535 (from PORT)'],
    ['S3PROXY_SESSION_SAME_SITE', 'strict', 'expected one of lax, none (from S3PROXY_SESSION_SAME_SITE)'],
    ['S3PROXY_SESSION_REDIS_CLUSTER', 'maybe', 'expected true or false (from S3PROXY_SESSION_REDIS_CLUSTER)'],
    ['AWS_S3_REGION', 'EU west', 'expected a region such as eu-west-2 (from AWS_S3_REGION)'],
  ] as const) {
    it(`says what it expected of ${name} instead of ${value}`, () => {
      const { problems } = resolve({ env: { ...leastEnv, [name]: value } })
      assert.deepEqual(
        problems.map(({ env, message }) => [env.startsWith('S3PROXY_') || env === name, message]),
        [[true, expected]],
      )
    })
  }

  for (const value of [
    'https://assets.example.com/path',
    'https://assets.example.com/?q',
    'https://user:hunter2@assets.example.com',
    'assets.example.com',
    'ftp://assets.example.com',
    'https://assets.example.com:99999',
    'https://a\\b.example.com',
  ]) {
    it(`refuses the publicUrl ${value}`, () => {
      const { problems } = resolve({ env: { ...leastEnv, S3PROXY_SERVER_PUBLIC_URL: value } })
      assert.deepEqual(
        problems.map(({ path, message }) => [path, message]),
        [
          [
            'server.publicUrl',
            'expected an origin without path, such as https://assets.example.com (from S3PROXY_SERVER_PUBLIC_URL)',
          ],
        ],
      )
    })
  }

  it('accepts a publicUrl with a slash and with a port, and port 0', () => {
    for (const url of ['https://assets.example.com/', 'http://localhost:8080']) {
      const env = { ...leastEnv, S3PROXY_SERVER_PUBLIC_URL: url, PORT: '0' }
      assert.equal(resolve({ env }).config?.server.publicUrl?.url, url)
    }
  })

  for (const [name, value, expected] of [
    [
      'SSO_CLIENT_SECRET',
      'hunter2é',
      'expected printable ASCII without spaces or line breaks around it: character 8 is something else',
    ],
    [
      'SSO_CLIENT_SECRET',
      'hunter2\tb',
      'expected printable ASCII without spaces or line breaks around it: character 8 is something else',
    ],
    [
      'SSO_CLIENT_SECRET',
      '🔒hunter2\nb',
      'expected printable ASCII without spaces or line breaks around it: character 1 is something else',
    ],
    ['SSO_CLIENT_SECRET', ' hunter2', 'expected printable ASCII without spaces or line breaks around it'],
    [
      'SSO_CLIENT_ID',
      'hunter2\x7f',
      'expected printable ASCII without spaces or line breaks around it: character 8 is something else',
    ],
    [
      'AWS_SESSION_TOKEN',
      'hunter2 b',
      'expected printable ASCII without spaces: character 8 is something else',
    ],
    ['S3PROXY_SSO_SCOPE', 'read  hunter2', 'expected scopes in printable ASCII, separated by single spaces'],
  ] as const) {
    it(`refuses ${JSON.stringify(value)} as ${name}, and tells where, not what`, () => {
      const { problems } = resolve({ env: { ...leastEnv, [name]: value } })
      assert.deepEqual(
        problems.map(({ env, message }) => [env, message]),
        [[name, `${expected} (from ${name})`]],
      )
    })
  }

  it('takes every printable character of ASCII in the secret of the application', () => {
    const all = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('')
    const secret = `${all} ${all}`
    assert.equal(
      resolve({ env: { ...leastEnv, SSO_CLIENT_SECRET: secret } }).config?.sso.clientSecret,
      secret,
    )
  })

  for (const page of ['o/authorize/', 'o/authorize', 'sso/o/token/', 'api/v1/user/me/', 'API/v1/user/me'])
    it(`refuses ${page} at the end of the root URL of the SSO`, () => {
      const url = `https://sso.example.com/${page}`
      for (const name of ['SSO_URL', 'SSO_URL_INTERNAL']) {
        const { problems } = resolve({ env: { ...leastEnv, [name]: url } })
        assert.deepEqual(
          problems.map(({ env }) => env),
          [name],
        )
        assert.match(problems[0]?.message ?? '', /^expected the root URL of the SSO: leave out /)
      }
    })

  it('leaves out the dot that ends a host name, which no certificate has', () => {
    const { config } = resolve({
      env: {
        ...leastEnv,
        SSO_URL: 'https://sso.example.com./',
        SSO_URL_INTERNAL: 'https://sso.internal.:8443',
        REDIS_URL: 'rediss://:p@a.example.com.:6380,rediss://:p@b.example.com.:6380',
        S3PROXY_SESSION_REDIS_CLUSTER: 'true',
      },
    })
    assert.equal(config?.sso.url, 'https://sso.example.com/')
    assert.equal(config?.sso.internalUrl, 'https://sso.internal:8443')
    assert.deepEqual(
      config?.session.redisUrl?.map(({ host, shown }) => [host, shown]),
      [
        ['a.example.com', 'rediss://***@a.example.com:6380'],
        ['b.example.com', 'rediss://***@b.example.com:6380'],
      ],
    )
  })

  it('refuses an address of the SSO that could stand in no header', () => {
    for (const SSO_URL of [
      'https://sso.example.com/ü/',
      'https://ssö.example.com/',
      'https://sso.example.com/a b/',
    ])
      assert.deepEqual(
        resolve({ env: { ...leastEnv, SSO_URL } }).problems.map(({ path }) => path),
        ['sso.url'],
      )
  })

  it('names the variable that is set, in a problem', () => {
    for (const [name, value] of [
      ['REDIS_URL', 'http://h'],
      ['REDIS_ENDPOINT', 'http://h'],
      ['S3PROXY_SESSION_REDIS_URL', 'http://h'],
      ['AWS_DEFAULT_REGION', 'EU'],
      ['S3PROXY_SERVER_WORKERS', '2'],
      ['WEB_CONCURRENCY', '2'],
    ] as const) {
      const { AWS_S3_REGION, ...withoutRegion } = leastEnv
      const base = name === 'AWS_DEFAULT_REGION' ? withoutRegion : { ...withoutRegion, AWS_S3_REGION }
      const given = { [name]: value }
      for (const sources of [{ env: { ...base, ...given } }, { env: base, dotenv: given }])
        assert.deepEqual(
          resolve(sources).problems.map(({ env }) => env),
          [name],
        )
    }
  })

  it('never repeats the value of a secret that it refuses', () => {
    const canary = 'hunter2-canary'
    const { problems, warnings } = resolve({
      flags: new Map([['s3.sessionToken', `${canary} `]]),
      env: {
        ...leastEnv,
        SSO_CLIENT_SECRET: `${canary}\n`,
        AWS_ACCESS_KEY_ID: `${canary} é`,
        AWS_SECRET_ACCESS_KEY: ` ${canary}`,
        VCAP_SERVICES: `{"redis": "${canary}"`,
      },
      content: { session: { redisUrl: { url: canary } } },
    })
    assert.equal(problems.length, 5)
    assert.ok(!JSON.stringify([problems, warnings]).includes(canary))
  })

  it('looks only at the sections that are wanted', () => {
    const { AWS_S3_REGION, AWS_S3_ENDPOINT } = leastEnv
    const given = {
      env: { AWS_S3_REGION, AWS_S3_ENDPOINT, PORT: 'nonsense', VCAP_SERVICES: 'nonsense' },
      content: { session: { storre: 'x' }, sso: 3 },
    }
    assert.deepEqual(resolve(given, ['s3', 'log']).problems, [])
    assert.equal(resolve(given, ['s3', 'log']).config?.s3.region, 'eu-west-2')
  })

  it('finds a key that belongs to no section, whatever is wanted', () => {
    const { problems } = resolve({ env: leastEnv, content: { S3: {} } }, ['s3'])
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['S3'],
    )
  })

  it('comes out as values that a message to another process carries', () => {
    const env = {
      ...leastEnv,
      REDIS_URL: 'rediss://u:p@a:1,rediss://b',
      S3PROXY_SESSION_REDIS_CLUSTER: 'true',
      S3PROXY_SERVER_PUBLIC_URL: 'https://assets.example.com',
      S3PROXY_SERVER_TLS_CERT_FILE: 'localhost.crt',
      S3PROXY_SERVER_TLS_KEY_FILE: 'localhost.key',
    }
    const readFile = (file: string) => readFileSync(`test/fixtures/tls/${file}`, 'utf8')
    const { config, problems } = resolve({ env, readFile })
    assert.deepEqual(problems, [])
    assert.deepEqual(config?.server.tlsCertFile, {
      path: 'localhost.crt',
      content: readFile('localhost.crt'),
    })
    assert.deepEqual(structuredClone(config), config)
    assert.deepEqual(JSON.parse(JSON.stringify(config)), withoutUndefined(config))
  })
})

function withoutUndefined(config: object | undefined): unknown {
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([section, options]) => [
      section,
      Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    ]),
  )
}
