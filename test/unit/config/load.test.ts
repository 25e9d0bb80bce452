import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { loadConfig } from '../../../src/config/load.ts'
import { leastEnv } from '../../helpers/config/given.ts'

describe('loadConfig', () => {
  const ownEnv = { ...process.env }
  const ownFolder = process.cwd()
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-load-'))
    process.chdir(folder)
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, leastEnv)
  })

  afterEach(() => {
    process.chdir(ownFolder)
    rmSync(folder, { recursive: true })
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, ownEnv)
  })

  it('reads the environment of the process', () => {
    assert.equal(loadConfig().config?.s3.region, 'eu-west-2')
  })

  it('reads .env of the working directory, for options that the environment does not have', () => {
    writeFileSync('.env', 'PORT=1234\nAWS_S3_REGION=us-east-1\n')
    const { config } = loadConfig()
    assert.equal(config?.server.port, 1234)
    assert.equal(config?.s3.region, 'eu-west-2')
  })

  it('leaves the environment of the process as it is, whatever .env has', () => {
    writeFileSync(
      '.env',
      'AWS_PROFILE=a\nAWS_CONFIG_FILE=/a\nNODE_OPTIONS=--require=/a\nAWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n',
    )
    const before = { ...process.env }
    assert.equal(loadConfig().config?.s3.accessKeyId, 'a')
    assert.deepEqual({ ...process.env }, before)
  })

  it('does not pass over a .env that cannot be read', () => {
    mkdirSync('.env')
    assert.deepEqual(loadConfig().problems, [
      { path: '', env: '.env', message: 'cannot read .env: it is a folder (EISDIR)' },
    ])
  })

  it('reads the file of --config, before that of S3PROXY_CONFIG', () => {
    writeFileSync('a.json', '{"server": {"port": 1}}')
    writeFileSync('b.json', '\ufeff{"server": {"port": 2}}')
    process.env.S3PROXY_CONFIG = 'b.json'
    assert.equal(loadConfig({ configPath: 'a.json' }).config?.server.port, 1)
    const { config, sources } = loadConfig()
    assert.equal(config?.server.port, 2)
    assert.equal(sources['server.port'], 'b.json')
  })

  it('finds S3PROXY_CONFIG in .env', () => {
    writeFileSync('a.json', '{"server": {"port": 1}}')
    writeFileSync('.env', 'S3PROXY_CONFIG=a.json\n')
    assert.equal(loadConfig().config?.server.port, 1)
  })

  it('says that the file is not there, and what else is wrong, but misses nothing that it may have held', () => {
    for (const name of Object.keys(leastEnv)) delete process.env[name]
    process.env.PORT = 'nonsense'
    assert.deepEqual(
      loadConfig({ configPath: 'none.json' }).problems.map(({ path, message }) => [path, message]),
      [
        ['--config', 'cannot read none.json: there is no such file (ENOENT)'],
        ['server.port', 'expected a whole number from 0 to 65535 (from PORT)'],
      ],
    )
  })

  for (const [what, text] of [
    ['a comma too many', '{"sso": {"clientSecret": "hunter2",}}'],
    ['a missing quote', '{"sso": {"clientSecret": hunter2"}}'],
    ['an end that is missing', '{"sso": {"clientSecret": "hunter2"'],
    ['no JSON at all', 'hunter2'],
  ] as const) {
    it(`says where JSON with ${what} breaks, and repeats nothing of it`, () => {
      writeFileSync('broken.json', text)
      const { problems } = loadConfig({ configPath: 'broken.json' })
      assert.equal(problems.length, 1)
      assert.match(
        problems[0]?.message ?? '',
        /^broken\.json is not JSON: (at position \d+|it ends too early)/,
      )
      assert.ok(!JSON.stringify(problems).includes('hunter2'))
    })
  }

  it('reads a secret from its file, without the line break at the end', () => {
    delete process.env.SSO_CLIENT_SECRET
    process.env.SSO_CLIENT_SECRET_FILE = join(folder, 'secret')
    writeFileSync('secret', 'hunter2\r\n')
    assert.equal(loadConfig().config?.sso.clientSecret, 'hunter2')
  })

  it('refuses a file of a secret that is empty or not there, and does not repeat the path', () => {
    delete process.env.SSO_CLIENT_SECRET
    writeFileSync('empty', '\n')
    process.env.SSO_CLIENT_SECRET_FILE = 'empty'
    assert.equal(loadConfig().problems[0]?.message, 'the file of the secret is empty')
    // Here the secret itself is in the variable for its file.
    process.env.SSO_CLIENT_SECRET_FILE = 'hunter2'
    const { problems } = loadConfig()
    assert.deepEqual(problems, [
      {
        path: 'sso.clientSecret',
        env: 'SSO_CLIENT_SECRET_FILE',
        message:
          'expected the path of a file that holds the secret, and cannot read it: there is no such file (ENOENT)',
      },
    ])
  })
})
