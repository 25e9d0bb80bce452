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
    assert.equal(config?.s3.endpoint.url, 'https://my-bucket.s3.eu-west-2.amazonaws.com/a/')
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
    assert.equal(config?.s3.endpoint.url, leastEnv.AWS_S3_ENDPOINT)
    assert.ok(warnings.includes('s3.bucket is not used, because s3.endpoint is given'))
  })

  const withBucket = (env: Record<string, string>) => resolve({ env: { ...withoutEndpoint, ...env } })

  it('takes a key prefix with or without slashes around it, also behind the bucket', () => {
    for (const env of [
      { AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: '/b/' },
      { AWS_S3_BUCKET: 'my-bucket/b' },
      { AWS_S3_BUCKET: 'my-bucket//b/' },
      { AWS_S3_BUCKET: 'my-bucket/b/', KEY_PREFIX: 'b' },
      { AWS_S3_BUCKET: 'my-bucket/', KEY_PREFIX: 'b/' },
    ]) {
      const { config, problems } = withBucket(env)
      assert.deepEqual(problems, [])
      assert.equal(config?.s3.endpoint.url, 'https://my-bucket.s3.eu-west-2.amazonaws.com/b/')
      assert.equal(config?.s3.bucket, 'my-bucket')
    }
    assert.deepEqual(problemsOf({ AWS_S3_BUCKET: 'my-bucket/a', KEY_PREFIX: 'b' }, withoutEndpoint), [
      ['s3.keyPrefix', 'KEY_PREFIX'],
    ])
    assert.deepEqual(problemsOf({ AWS_S3_BUCKET: 'my-bucket/../a' }, withoutEndpoint), [
      ['s3.bucket', 'AWS_S3_BUCKET'],
    ])
  })

  it('takes old names of buckets where another S3 is named, and no name that AWS would not take', () => {
    const S3_ENDPOINT_URL = 'http://minio:9000'
    for (const name of ['My_Bucket', 'a'.repeat(255), '_a_', 'A.B']) {
      const { config } = withBucket({ AWS_S3_BUCKET: name, S3_ENDPOINT_URL })
      assert.equal(config?.s3.endpoint.url, `http://minio:9000/${name}/`)
      assert.deepEqual(problemsOf({ AWS_S3_BUCKET: name }, withoutEndpoint), [['s3.bucket', 'AWS_S3_BUCKET']])
    }
    for (const name of ['ab', 'a'.repeat(256), 'a bucket', '/my-bucket', 'bücket'])
      assert.deepEqual(problemsOf({ AWS_S3_BUCKET: name, S3_ENDPOINT_URL }, withoutEndpoint), [
        ['s3.bucket', 'AWS_S3_BUCKET'],
      ])
  })

  for (const [mistake, path] of [
    [{ AWS_S3_BUCKET: 'no bucket' }, 's3.bucket'],
    [{ AWS_S3_BUCKET: 'My_Bucket', S3_ENDPOINT_URL: 'minio' }, 's3.endpointUrl'],
    [{ AWS_S3_BUCKET: 'my-bucket', KEY_PREFIX: 'a/../b' }, 's3.keyPrefix'],
    [{ AWS_S3_BUCKET: 'my-bucket', AWS_S3_REGION: 'EU' }, 's3.region'],
    [{ AWS_S3_ENDPOINT: 'no url', KEY_PREFIX: 'a' }, 's3.endpoint'],
    [{ AWS_S3_BUCKET: 'my-bucket', AWS_ACCESS_KEY_ID: 'a b', AWS_SECRET_ACCESS_KEY: 'c' }, 's3.accessKeyId'],
    [
      { AWS_S3_BUCKET: 'my-bucket', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'c\n' },
      's3.secretAccessKey',
    ],
  ] as [Record<string, string>, string][]) {
    it(`makes one problem of ${JSON.stringify(mistake)}`, () => {
      assert.deepEqual(
        problemsOf(mistake, withoutEndpoint).map(([name]) => name),
        [path],
      )
    })
  }

  for (const [mistake, path] of [
    [{ REDIS_URL: 'http://h', WEB_CONCURRENCY: '2' }, 'session.redisUrl'],
    [{ VCAP_SERVICES: '[]', WEB_CONCURRENCY: '2' }, 'session.redisUrl'],
    [{ REDIS_URL: 'redis://h', S3PROXY_SESSION_STORE: 'postgres', WEB_CONCURRENCY: '2' }, 'session.store'],
    [{ REDIS_URL: 'redis://a,redis://b', S3PROXY_SESSION_REDIS_CLUSTER: 'maybe' }, 'session.redisCluster'],
    [{ S3PROXY_LOG_IDENTITY: 'hashed', S3PROXY_LOG_IDENTITY_HASH_KEY: 'short' }, 'log.identityHashKey'],
    [{ PORT: 'http', S3PROXY_SERVER_ADMIN_PORT: '8080' }, 'server.port'],
  ] as [Record<string, string>, string][]) {
    it(`makes one problem of ${JSON.stringify(mistake)}`, () => {
      assert.deepEqual(
        problemsOf(mistake).map(([name]) => name),
        [path],
      )
    })
  }

  it('refuses an endpoint of AWS that names no bucket, and warns of any other', () => {
    for (const host of ['s3.amazonaws.com', 's3.eu-west-2.amazonaws.com', 's3-eu-west-2.amazonaws.com.'])
      for (const AWS_S3_ENDPOINT of [`https://${host}`, `https://${host}/`])
        assert.deepEqual(
          problemsOf({ AWS_S3_ENDPOINT }),
          [['s3.endpoint', 'AWS_S3_ENDPOINT']],
          AWS_S3_ENDPOINT,
        )
    const warns = (AWS_S3_ENDPOINT: string) => {
      const { problems, warnings } = resolve({ env: { ...leastEnv, AWS_S3_ENDPOINT } })
      assert.deepEqual(problems, [])
      return warnings.some((warning) => warning.startsWith('s3.endpoint has no bucket in its path'))
    }
    assert.equal(warns('http://minio:9000'), true)
    assert.equal(warns('https://s3.example.com/'), true)
    assert.equal(warns('http://minio:9000/b'), false)
    assert.equal(warns('https://my-bucket.s3.eu-west-2.amazonaws.com/'), false)
  })

  describe('s3.addressingStyle', () => {
    const partsOf = (env: Record<string, string>, base: Record<string, string> = leastEnv) => {
      const { config, problems, warnings } = resolve({ env: { ...base, ...env } })
      if (config === undefined) return problems.map(({ path, message }) => `${path} ${message}`)
      const { origin, bucketPath, keyPrefix } = config.s3.endpoint
      return [origin.host, bucketPath, keyPrefix, warnings.some((text) => text.startsWith('s3.endpoint has'))]
    }
    const virtual = { S3PROXY_S3_ADDRESSING_STYLE: 'virtual' }
    const path = { S3PROXY_S3_ADDRESSING_STYLE: 'path' }

    it('says of a host that is not of AWS whether it is that of the bucket', () => {
      const AWS_S3_ENDPOINT = 'https://files.example.com/a%20b/c'
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT }), ['files.example.com', '/a%20b/', 'c/', false])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...path }), ['files.example.com', '/a%20b/', 'c/', false])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...virtual }), ['files.example.com', '/', 'a b/c/', false])
    })

    it('spares the host of a bucket the warning that none is named, and refuses path style without one', () => {
      const AWS_S3_ENDPOINT = 'https://files.example.com/'
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT }), ['files.example.com', '/', '', true])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...virtual }), ['files.example.com', '/', '', false])
      assert.deepEqual(partsOf({ AWS_S3_ENDPOINT, ...path }), [
        's3.endpoint names no bucket in its path, as s3.addressingStyle path needs',
      ])
    })

    it('is known at AWS, and must not contradict the host', () => {
      const host = { AWS_S3_ENDPOINT: 'https://my-bucket.s3.eu-west-2.amazonaws.com/a/' }
      assert.deepEqual(partsOf(virtual), [
        's3.addressingStyle virtual contradicts the host of s3.endpoint, which names no bucket: leave it out, at AWS the host tells',
      ])
      assert.deepEqual(partsOf({ ...host, ...path }), [
        's3.addressingStyle path contradicts the host of s3.endpoint, which names the bucket: leave it out, at AWS the host tells',
      ])
      const expected = ['my-bucket.s3.eu-west-2.amazonaws.com', '/', 'a/', false]
      assert.deepEqual([partsOf(host), partsOf({ ...host, ...virtual })], [expected, expected])
    })

    it('puts a bucket that is given by name before the host, or behind it', () => {
      const named = { AWS_S3_BUCKET: 'b-1/a' }
      const minio = { ...named, S3_ENDPOINT_URL: 'http://minio:9000/below' }
      const of = (env: Record<string, string>) => partsOf(env, withoutEndpoint)
      assert.deepEqual(of({ ...minio, ...virtual }), ['b-1.minio:9000', '/below/', 'a/', false])
      assert.deepEqual(of({ ...minio, ...path }), of(minio))
      assert.deepEqual(of({ ...named, ...path }), ['s3.eu-west-2.amazonaws.com', '/b-1/', 'a/', false])
      assert.deepEqual(of({ ...named, ...virtual }), of(named))
    })

    for (const env of [
      { AWS_S3_BUCKET: 'my.bucket' },
      { AWS_S3_BUCKET: 'My_Bucket', S3_ENDPOINT_URL: 'http://minio:9000' },
      { AWS_S3_BUCKET: 'my-bucket', S3_ENDPOINT_URL: 'http://127.0.0.1:9000' },
    ])
      it(`refuses a host made of ${Object.values(env).join(' and ')}`, () => {
        assert.deepEqual(problemsOf({ ...env, ...virtual }, withoutEndpoint), [
          ['s3.addressingStyle', 'S3PROXY_S3_ADDRESSING_STYLE'],
        ])
      })
  })

  it('warns of a region that the host of the endpoint contradicts', () => {
    const told = (AWS_S3_ENDPOINT: string, AWS_S3_REGION: string) =>
      resolve({ env: { ...leastEnv, AWS_S3_ENDPOINT, AWS_S3_REGION } }).warnings.filter((warning) =>
        warning.startsWith('s3.region is another region'),
      )
    assert.deepEqual(told('https://s3.eu-west-2.amazonaws.com/b/', 'us-east-1'), [
      's3.region is another region than the host of s3.endpoint names, which is eu-west-2',
    ])
    assert.equal(told('https://s3.eu-central-1.wasabisys.com/b/', 'us-east-1').length, 1)
    assert.deepEqual(told('https://s3.eu-west-2.amazonaws.com/b/', 'eu-west-2'), [])
    assert.deepEqual(told('https://b.s3.amazonaws.com/', 'eu-west-2'), [])
    assert.deepEqual(told('http://minio:9000/b/', 'us-east-1'), [])
  })

  it('warns of a key for the health check that begins with a slash', () => {
    const told = (key: string) =>
      resolve({ env: { ...leastEnv, AWS_S3_HEALTHCHECK_KEY: key } }).warnings.some((warning) =>
        warning.startsWith('s3.healthcheckKey begins with a slash'),
      )
    assert.deepEqual([told('/healthcheck.txt'), told('a/healthcheck.txt')], [true, false])
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
    assert.match(config?.server.tlsKeyFile?.content ?? '', /PRIVATE KEY/)
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
    [
      'databases of a Cluster',
      { REDIS_URL: 'redis://a/1', S3PROXY_SESSION_REDIS_CLUSTER: 'true' },
      'session.redisUrl',
    ],
    [
      'Sentinels that name several databases',
      { REDIS_URL: 'redis://a?db=1,redis://b/2', S3PROXY_SESSION_REDIS_SENTINEL_NAME: 'main' },
      'session.redisUrl',
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

  it('lets other sites embed what is sent where they get the cookie, unless it is said otherwise', () => {
    const policyOf = (env: Record<string, string>) => {
      const { config, warnings } = resolve({ env: { ...leastEnv, ...env } })
      return [
        config?.server.crossOriginResourcePolicy,
        warnings.some((text) => text.includes('embed nothing')),
      ]
    }
    const none = { S3PROXY_SESSION_SAME_SITE: 'none' }
    assert.deepEqual(policyOf({}), ['same-site', false])
    assert.deepEqual(policyOf(none), ['cross-origin', false])
    const own = { S3PROXY_SERVER_CROSS_ORIGIN_RESOURCE_POLICY: 'same-origin' }
    assert.deepEqual(policyOf(own), ['same-origin', false])
    assert.deepEqual(policyOf({ ...none, ...own }), ['same-origin', true])
  })

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

  it('warns of a secret given by --set, without its value', () => {
    const { config, warnings } = resolve({
      env: leastEnv,
      flags: new Map([['sso.clientSecret', 'hunter2']]),
    })
    assert.equal(config?.sso.clientSecret, 'hunter2')
    const warning = warnings.find((text) => text.startsWith('sso.clientSecret was given by --set'))
    assert.ok(warning !== undefined && !warning.includes('hunter2'))
  })
})
