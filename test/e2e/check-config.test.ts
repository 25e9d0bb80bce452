import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { leastEnv } from '../helpers/config/given.ts'
import { run } from '../helpers/proxy/run-program.ts'

const canary = 'hunter2-canary'

describe('s3proxy check-config', () => {
  let folder: string
  const check = (args: string[], env: Record<string, string> = leastEnv) =>
    run(['check-config', ...args], env, folder)

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-check-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('shows what is in force and where it came from, and exits 0', async () => {
    const { status, stdout, stderr } = await check(['--set', 'log.level=debug'])
    assert.equal(status, 0)
    const lines = stdout.toString().split('\n')
    for (const line of [
      /^s3\.region +eu-west-2 +AWS_S3_REGION$/,
      /^server\.port +8080 +default$/,
      /^sso\.clientSecret +\*\*\* +SSO_CLIENT_SECRET$/,
      /^log\.level +debug +--set$/,
    ])
      assert.equal(lines.filter((text) => line.test(text)).length, 1, String(line))
    assert.match(stderr, /^warning: sessions are kept in memory/m)
  })

  it('lists every problem at once on stderr, and exits 2', async () => {
    const { status, stdout, stderr } = await check([], { AWS_S3_REGION: 'Not A Region', PORT: '99999' })
    assert.equal(status, 2)
    assert.equal(stdout.length, 0)
    assert.match(stderr, /^s3proxy: 6 problems in the configuration \[CONFIG_INVALID\]:\n/)
    for (const line of [
      '  server.port (PORT): expected a whole number from 0 to 65535 (from PORT)\n',
      '  s3.region (AWS_S3_REGION): expected a region such as eu-west-2 (from AWS_S3_REGION)\n',
      '  s3.endpoint (AWS_S3_ENDPOINT): is required',
      '  sso.url (SSO_URL): is required',
      '  sso.clientId (SSO_CLIENT_ID): is required',
      '  sso.clientSecret (SSO_CLIENT_SECRET): is required',
    ])
      assert.ok(stderr.includes(line), `${line}\n${stderr}`)
  })

  it('prints one JSON object with --json', async () => {
    const good = await check(['--json'])
    const report = JSON.parse(good.stdout.toString())
    assert.equal(good.status, 0)
    assert.equal(good.stderr, '')
    assert.deepEqual(Object.keys(report), ['ok', 'problems', 'warnings', 'config', 'sources'])
    assert.equal(report.ok, true)
    assert.deepEqual(report.problems, [])
    assert.equal(report.config.s3.region, 'eu-west-2')
    assert.equal(report.config.sso.clientSecret, '***')
    assert.equal(report.sources['s3.region'], 'AWS_S3_REGION')

    const bad = await check(['--json'], { ...leastEnv, PORT: 'x' })
    assert.equal(bad.status, 2)
    const { ok, problems } = JSON.parse(bad.stdout.toString())
    assert.equal(ok, false)
    assert.deepEqual(problems, [
      {
        path: 'server.port',
        env: 'PORT',
        message: 'expected a whole number from 0 to 65535 (from PORT)',
      },
    ])
  })

  it('reads a file, with a did-you-mean for keys that it does not know', async () => {
    const path = join(folder, 's3proxy.json')
    writeFileSync(path, JSON.stringify({ s3: { regoin: 'x' } }))
    const { status, stderr } = await check(['--config', path])
    assert.equal(status, 2)
    assert.match(stderr, /s3\.regoin: unknown key in .*s3proxy\.json; did you mean s3\.region\?\n/)
    const byEnv = await check([], { ...leastEnv, S3PROXY_CONFIG: path })
    assert.equal(byEnv.status, 2)
  })

  it('takes the example file, once the secrets are given', async () => {
    const path = fileURLToPath(new URL('../../s3proxy.example.json', import.meta.url))
    const { status, stderr } = await check(['--config', path], {
      SSO_CLIENT_SECRET: 'secret',
      REDIS_URL: 'rediss://redis.example.com:6379',
    })
    assert.deepEqual([status, stderr], [0, ''])
  })

  it('reads .env of the working directory', async (t) => {
    writeFileSync(join(folder, '.env'), 'PORT=4321\n')
    t.after(() => rmSync(join(folder, '.env')))
    const { stdout } = await check([])
    assert.match(stdout.toString(), /^server\.port +4321 +PORT in \.env$/m)
  })

  it('never shows a secret, right or wrong', async () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, `${canary}\n`)
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, `{"sso": {"clientSecret": "${canary}" oops}}`)
    const given = {
      ...leastEnv,
      SSO_CLIENT_SECRET: '',
      SSO_CLIENT_SECRET_FILE: secret,
      AWS_ACCESS_KEY_ID: canary,
      AWS_SECRET_ACCESS_KEY: canary,
      AWS_SESSION_TOKEN: canary,
    }
    const outcomes = await Promise.all([
      check([], { ...given, REDIS_URL: `rediss://${canary}:${canary}@h:1/0` }),
      check(['--json'], { ...given, REDIS_URL: `rediss://${canary}:${canary}@h:1/0` }),
      check([], { ...given, REDIS_URL: `rediss://${canary}:${canary}@h:1/0?x=${canary}` }),
      check([], { ...given, REDIS_URL: `rediss://:${canary}#/@h` }),
      check([], { ...given, VCAP_SERVICES: `{"redis": [{"credentials": "${canary}` }),
      check([], { ...given, AWS_SECRET_ACCESS_KEY: `${canary} ` }),
      check([], { ...given, SSO_CLIENT_SECRET_FILE: canary }),
      check(['--config', broken], given),
      check(['--set', `sso.clientSecret=${canary}`], given),
      check(['--set', `sso.clientsecret=${canary}`], given),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [0, 0, 2, 2, 2, 2, 2, 2, 0, 2],
    )
    for (const { stdout, stderr } of outcomes) assert.ok(!(stdout.toString() + stderr).includes(canary))
  })

  for (const [what, args] of [
    ['an option that does not exist', ['check-config', '--jsno']],
    ['an argument too many', ['check-config', 'file.json']],
    ['a command that does not exist', ['chekc-config']],
    ['no command', []],
    ['an option without its value', ['serve', '--config']],
  ] as const) {
    it(`exits 2 for ${what}`, async () => {
      const { status, stdout, stderr } = await run([...args], leastEnv, folder)
      assert.deepEqual([status, stdout.length], [2, 0])
      assert.notEqual(stderr, '')
    })
  }

  for (const args of [['--version'], ['--help'], ['help', 'fetch'], ['check-config', '--help']]) {
    it(`exits 0 for ${args.join(' ')}`, async () => {
      const { status, stdout, stderr } = await run(args, {}, folder)
      assert.deepEqual([status, stderr], [0, ''])
      assert.ok(stdout.length > 3)
    })
  }
})
