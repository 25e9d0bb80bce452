import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const vcap = (uri: string) => JSON.stringify({ redis: [{ credentials: { uri } }] })

describe('findStrongestValues', () => {
  it('prefers flags, then the environment, then .env, then the file, then the default', () => {
    const all = {
      flags: new Map([['server.drainTimeoutMs', '1']]),
      env: { ...leastEnv, S3PROXY_SERVER_DRAIN_TIMEOUT_MS: '2' },
      dotenv: { S3PROXY_SERVER_DRAIN_TIMEOUT_MS: '3' },
      content: { server: { drainTimeoutMs: 4 } },
    }
    const seen = [
      resolve(all),
      resolve({ ...all, flags: new Map() }),
      resolve({ ...all, flags: new Map(), env: leastEnv }),
      resolve({ ...all, flags: new Map(), env: leastEnv, dotenv: {} }),
      resolve({ env: leastEnv }),
    ].map(({ config, sources }) => [config?.server.drainTimeoutMs, sources['server.drainTimeoutMs']])
    assert.deepEqual(seen, [
      [1, '--set'],
      [2, 'S3PROXY_SERVER_DRAIN_TIMEOUT_MS'],
      [3, 'S3PROXY_SERVER_DRAIN_TIMEOUT_MS in .env'],
      [4, 's3proxy.json'],
      [9000, 'default'],
    ])
  })

  it('takes --port before everything else', () => {
    const flags = new Map([['server.port', '1']])
    const { config, sources } = resolve({ env: { ...leastEnv, PORT: '2' }, flags, port: '3' })
    assert.equal(config?.server.port, 3)
    assert.equal(sources['server.port'], '--port')
  })

  it('takes the systematic name before those of the original', () => {
    const { config } = resolve({ env: { ...leastEnv, S3PROXY_SERVER_PORT: '1', PORT: '2' } })
    assert.equal(config?.server.port, 1)
  })

  it('takes an empty variable for one that is not set', () => {
    const { config, sources } = resolve({
      env: { ...leastEnv, PORT: '', S3PROXY_SERVER_PORT: '', REDIS_URL: '', VCAP_SERVICES: '' },
      dotenv: { PORT: '9090' },
    })
    assert.equal(config?.server.port, 9090)
    assert.equal(sources['server.port'], 'PORT in .env')
    assert.equal(config?.session.store, 'memory')
  })

  it('lets VCAP_SERVICES win over REDIS_ENDPOINT, and that over REDIS_URL', () => {
    const env = {
      ...leastEnv,
      VCAP_SERVICES: vcap('redis://first:1'),
      REDIS_ENDPOINT: 'second:2',
      REDIS_URL: 'redis://third:3',
    }
    assert.equal(resolve({ env }).config?.session.redisUrl?.[0]?.shown, 'redis://first:1')
    assert.equal(
      resolve({ env: { ...env, VCAP_SERVICES: '{}' } }).config?.session.redisUrl?.[0]?.shown,
      'redis://second:2',
    )
    assert.equal(
      resolve({ env: { ...env, VCAP_SERVICES: '', REDIS_ENDPOINT: '' } }).config?.session.redisUrl?.[0]
        ?.shown,
      'redis://third:3',
    )
  })

  it('reads a secret from the file that NAME_FILE names', () => {
    const { config, sources } = resolve({
      env: { ...leastEnv, SSO_CLIENT_SECRET: '', SSO_CLIENT_SECRET_FILE: '/run/secret' },
      readSecretFile: (path) => (path === '/run/secret' ? 'from-file' : ''),
    })
    assert.equal(config?.sso.clientSecret, 'from-file')
    assert.equal(sources['sso.clientSecret'], 'SSO_CLIENT_SECRET_FILE')
  })

  it('reads VCAP_SERVICES_FILE as what VCAP_SERVICES would hold', () => {
    const { config } = resolve({
      env: { ...leastEnv, VCAP_SERVICES_FILE: '/vcap' },
      readSecretFile: () => vcap('redis://h:1'),
    })
    assert.equal(config?.session.redisUrl?.[0]?.shown, 'redis://h:1')
  })

  it('knows no NAME_FILE for what is no secret', () => {
    const { config, warnings } = resolve({ env: { ...leastEnv, S3PROXY_SERVER_PORT_FILE: '/port' } })
    assert.equal(config?.server.port, 8080)
    assert.deepEqual(
      warnings.filter((warning) => warning.includes('PORT_FILE')),
      ['S3PROXY_SERVER_PORT_FILE is not an option; did you mean S3PROXY_SERVER_PORT?'],
    )
  })

  it('names the variable whose file cannot be read', () => {
    const { problems } = resolve({
      env: { ...leastEnv, SSO_CLIENT_SECRET: '', SSO_CLIENT_SECRET_FILE: 'hunter2' },
      readSecretFile() {
        throw new Error('cannot read it')
      },
    })
    assert.deepEqual(problems, [
      { path: 'sso.clientSecret', env: 'SSO_CLIENT_SECRET_FILE', message: 'cannot read it' },
    ])
  })

  for (const [text, value] of [
    ['true', true],
    ['1', true],
    ['Yes', true],
    ['on', true],
    ['FALSE', false],
    ['0', false],
    ['no', false],
    [' off ', false],
  ] as const) {
    it(`reads the flag ${JSON.stringify(text)} as ${value}`, () => {
      const env = { ...leastEnv, S3PROXY_SESSION_ACCEPT_LEGACY_SESSIONS: text }
      assert.equal(resolve({ env }).config?.session.acceptLegacySessions, value)
    })
  }

  it('reads a list that is separated by commas', () => {
    const env = { ...leastEnv, S3PROXY_SERVER_ALLOWED_HOSTS: 'a.example.com, b.example.com:8443,' }
    assert.deepEqual(resolve({ env }).config?.server.allowedHosts, ['a.example.com', 'b.example.com:8443'])
  })

  it('reads the options of a file nested by their dots, and passes over $schema', () => {
    const { config } = resolve({
      content: {
        $schema: './s3proxy.schema.json',
        s3: { region: 'eu-west-2', endpoint: 'https://h/b/' },
        sso: { url: 'https://sso.example.com', clientId: 'a', clientSecret: 'b' },
        server: { allowedHosts: ['a.example.com'] },
      },
    })
    assert.equal(config?.s3.endpoint?.url, 'https://h/b/')
    assert.deepEqual(config?.server.allowedHosts, ['a.example.com'])
  })

  for (const content of [[], 'text', 3, null]) {
    it(`refuses a file that holds ${JSON.stringify(content)}`, () => {
      const { problems } = resolve({ env: leastEnv, content })
      assert.deepEqual(
        problems.map(({ message }) => message),
        [
          's3proxy.json: expected a JSON object with the sections server, s3, mounts, sso, session, bearer, access, limits, pages, log',
        ],
      )
    })
  }

  it('refuses a section that is no object', () => {
    const { problems } = resolve({ env: leastEnv, content: { server: [] } })
    assert.deepEqual(problems, [{ path: 'server', env: '', message: 's3proxy.json: expected an object' }])
  })

  for (const [content, path, guess] of [
    [{ s3: { regoin: 'x' } }, 's3.regoin', 'did you mean s3.region?'],
    [{ sesion: {} }, 'sesion', 'did you mean session?'],
    [{ publicUrl: 'x' }, 'publicUrl', 'did you mean server.publicUrl?'],
    [{ s3: { publicUrl: 'x' } }, 's3.publicUrl', 'did you mean server.publicUrl?'],
    [{ s3: { endpont: 'x' } }, 's3.endpont', 'did you mean s3.endpoint?'],
    [{ 'server.port': 1 }, 'server.port', 'nested by their dots, as in {"server": {"port": ...}}'],
  ] as const) {
    it(`refuses the unknown key ${path} of a file, with: ${guess}`, () => {
      const { config, problems } = resolve({ env: leastEnv, content })
      assert.equal(config, undefined)
      assert.equal(problems.length, 1)
      assert.equal(problems[0]?.path, path)
      assert.ok(problems[0]?.message.includes(guess), problems[0]?.message)
    })
  }

  it('guesses nothing for a key that is like none', () => {
    const { problems } = resolve({ env: leastEnv, content: { wallpaper: 1 } })
    assert.deepEqual(problems, [{ path: 'wallpaper', env: '', message: 'unknown key in s3proxy.json' }])
  })

  it('refuses --set of an option that does not exist', () => {
    const { problems } = resolve({ env: leastEnv, flags: new Map([['log.levle', 'debug']]) })
    assert.deepEqual(problems, [
      { path: 'log.levle', env: '', message: 'no such option; did you mean log.level?' },
    ])
  })
})
