import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configOf, resolveLarger } from '../larger-schema.ts'

const problemsOf = (...given: Parameters<typeof resolveLarger>) =>
  resolveLarger(...given).problems.map(({ path, env, message }) => [
    path,
    message,
    ...(env === '' ? [] : [env]),
  ])

describe('sections that the file names', () => {
  it('come out by their names, with the defaults of what is theirs alone', () => {
    const { shelves } = configOf({ shelves: { docs: { path: '/docs/' }, 'A-1_b': { path: '/', slots: 3 } } })
    assert.deepEqual(Object.keys(shelves), ['docs', 'A-1_b'])
    assert.equal(shelves.docs?.path, '/docs/')
    assert.equal(shelves.docs?.slots, 1)
    assert.equal(shelves['A-1_b']?.slots, 3)
  })

  it('are none where the file names none', () => {
    for (const content of [undefined, {}, { shelves: {} }]) assert.deepEqual(configOf(content).shelves, {})
  })

  it('are there with whatever name an object has by itself', () => {
    const shelves = Object.fromEntries(
      ['constructor', 'toString', 'valueOf'].map((name) => [name, { path: '/' }]),
    )
    const config = configOf({ shelves })
    assert.deepEqual(Object.keys(config.shelves), ['constructor', 'toString', 'valueOf'])
    assert.deepEqual(
      Object.values(config.shelves).map(({ path }) => path),
      ['/', '/', '/'],
    )
  })

  it('inherit what is absent, as it was parsed, and keep what they say themselves', () => {
    const { config, sources } = resolveLarger({
      folder: { listing: true },
      s3: { stallTimeoutMs: 777, maxAttempts: 9 },
      shelves: { docs: { path: '/docs/', region: 'us-east-1', listing: false }, all: { path: '/' } },
    })
    assert.ok(config !== undefined)
    const { shelves } = configOf({
      folder: { listing: true },
      s3: { stallTimeoutMs: 777, maxAttempts: 9 },
      shelves: { docs: { path: '/docs/', region: 'us-east-1', listing: false }, all: { path: '/' } },
    })
    assert.deepEqual([shelves.docs?.region, shelves.all?.region], ['us-east-1', 'eu-west-2'])
    assert.deepEqual([shelves.docs?.listing, shelves.all?.listing], [false, true])
    assert.equal(shelves.docs?.stallTimeoutMs, 777)
    assert.deepEqual(shelves.docs?.endpoint, config.s3.endpoint)
    assert.equal(shelves.docs?.index, undefined)
    assert.deepEqual(
      [sources['shelves.docs.region'], sources['shelves.all.region'], sources['shelves.docs.slots']],
      ['s3proxy.json', 's3.region', 'default'],
    )
    assert.ok(!('shelves.docs.index' in sources))
  })

  it('do not inherit an option that they have by themselves under that name', () => {
    assert.equal(
      configOf({ s3: { maxAttempts: 9 }, shelves: { docs: { path: '/' } } }).shelves.docs?.maxAttempts,
      2,
    )
  })

  it('inherit a file with its content, and read their own', () => {
    const read: string[] = []
    const readFile = (path: string) => {
      read.push(path)
      return 'text'
    }
    const { shelves } = configOf({ shelves: { docs: { path: '/', caFile: 'ca.pem' } } }, { readFile })
    assert.deepEqual(shelves.docs?.caFile, { path: 'ca.pem', content: 'text' })
    assert.deepEqual(read, ['ca.pem'])
  })

  it('have every problem listed at once, with its whole path', () => {
    assert.deepEqual(
      problemsOf({
        shelves: { docs: { path: 'docs', slots: 10, regoin: 'x' }, other: {}, third: 3, 'no.name': {} },
        listeners: [],
        s3: { maxAttempts: 0 },
      }),
      [
        ['shelves.docs.regoin', 'unknown key in s3proxy.json; did you mean shelves.docs.region?'],
        ['shelves.third', 's3proxy.json: expected an object'],
        [
          'shelves.no.name',
          's3proxy.json: expected a name of at most 63 letters, digits, - and _ that begins with a letter',
        ],
        ['listeners', 's3proxy.json: expected an object'],
        [
          's3.maxAttempts',
          'expected a whole number from 1 to 20 (from s3proxy.json)',
          'S3PROXY_S3_MAX_ATTEMPTS',
        ],
        ['shelves.docs.path', 'expected a path between slashes (from s3proxy.json)'],
        ['shelves.docs.slots', 'expected a whole number from 1 to 9 (from s3proxy.json)'],
        ['shelves.other.path', 'is required: path it is at'],
      ],
    )
  })

  it('have one problem where what they inherit is wrong', () => {
    assert.deepEqual(
      problemsOf({ s3: { stallTimeoutMs: -1 }, shelves: { docs: { path: '/' } } }).map(([path]) => path),
      ['s3.stallTimeoutMs'],
    )
  })

  it('are not looked at where they are not wanted', () => {
    assert.deepEqual(
      problemsOf({ shelves: { docs: { pth: 1 } }, rights: { rules: 3 } }, {}, ['s3', 'log']),
      [],
    )
  })

  it('are guessed for a key that stands elsewhere, and the other way round', () => {
    assert.deepEqual(
      problemsOf({ slots: 1, 'shelves.docs.path': '/', shelves: { docs: { path: '/', publicUrl: 'x' } } }),
      [
        ['slots', 'unknown key in s3proxy.json; did you mean shelves.NAME.slots?'],
        [
          'shelves.docs.path',
          'unknown key in s3proxy.json: options are nested by their dots, as in {"shelves": {"docs": {"path": ...}}}',
        ],
        ['shelves.docs.publicUrl', 'unknown key in s3proxy.json; did you mean server.publicUrl?'],
      ],
    )
  })
})

describe('a secret of a section that the file names', () => {
  const shelves = (more: object) => ({ shelves: { docs: { path: '/', accessKeyId: 'AKIA', ...more } } })
  const key = { env: { ...leastEnvWithKey() } }

  it('comes from the file that …File beside it names', () => {
    const { values, sources, problems } = resolveLarger(shelves({ secretAccessKeyFile: '/run/key' }), {
      ...key,
      readSecretFile: (path) => `content of ${path}`,
    })
    assert.deepEqual(problems, [])
    assert.equal(JSON.stringify(values).split('content of /run/key').length, 2)
    assert.equal(sources['shelves.docs.secretAccessKey'], 'secretAccessKeyFile in s3proxy.json')
  })

  for (const [what, more, message] of [
    ['a file that cannot be read', { secretAccessKeyFile: 'hunter2' }, 'cannot read it'],
    [
      'a path that is none',
      { secretAccessKeyFile: 3 },
      'expected the path of a file that holds the secret (from s3proxy.json)',
    ],
    [
      'both',
      { secretAccessKey: 'hunter2', secretAccessKeyFile: '/run/key' },
      'excludes shelves.docs.secretAccessKey: keep one of them',
    ],
  ] as const)
    it(`has a problem with ${what}`, () => {
      const readSecretFile = () => {
        throw new Error('cannot read it')
      }
      const resolved = problemsOf(shelves(more), { ...key, readSecretFile })
      assert.deepEqual(resolved, [['shelves.docs.secretAccessKeyFile', message]])
    })

  it('has no such file where it is no secret, or has an environment name', () => {
    assert.deepEqual(problemsOf({ ...shelves({ slotsFile: 'x' }), s3: { sessionTokenFile: 'x' } }), [
      ['shelves.docs.slotsFile', 'unknown key in s3proxy.json; did you mean shelves.docs.slots?'],
      ['s3.sessionTokenFile', 'unknown key in s3proxy.json; did you mean s3.sessionToken?'],
    ])
  })
})

function leastEnvWithKey(): Record<string, string> {
  return {
    AWS_S3_REGION: 'eu-west-2',
    AWS_S3_ENDPOINT: 'https://h/b/',
    SSO_URL: 'https://sso.example.com/',
    SSO_CLIENT_ID: 'a',
    SSO_CLIENT_SECRET: 'b',
    AWS_ACCESS_KEY_ID: 'AKIB',
    AWS_SECRET_ACCESS_KEY: 'secret',
  }
}

describe('what stands in the file only', () => {
  for (const [path, what] of [
    ['shelves.docs.path', 'sections that have names'],
    ['shelves.docs.pth', 'sections that have names'],
    ['shelves', 'sections that have names'],
    ['rights.rules', 'lists of objects'],
  ] as const)
    it(`is not taken from --set ${path}`, () => {
      const { problems } = resolveLarger(
        { shelves: { docs: { path: '/' } } },
        { flags: new Map([[path, '/x/']]) },
      )
      assert.deepEqual(problems, [
        { path, env: '', message: `stands in the configuration file only: --set does not take ${what}` },
      ])
    })

  it('is not taken from the environment, which is warned about', () => {
    const names = ['S3PROXY_SHELVES_DOCS_PATH', 'S3PROXY_ACCESS_RULES']
    const { config, warnings } = resolveLarger(undefined, {
      env: { ...leastEnvWithKey(), ...Object.fromEntries(names.map((name) => [name, '[]'])) },
    })
    assert.ok(config !== undefined)
    assert.deepEqual(
      warnings.filter((warning) => warning.startsWith('S3PROXY_')),
      names.map((name) => `${name} is not an option: that stands in the configuration file only`),
    )
  })
})
