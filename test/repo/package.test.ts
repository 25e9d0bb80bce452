import assert from 'node:assert/strict'
import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { npmEnv, packInto } from '../helpers/machine/npm-pack.ts'
import { configuredEnv } from './configured-env.ts'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string
  dependencies: Record<string, string>
  files: string[]
}

/** An environment without the configuration of this machine. */
const bareEnv = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' }
const configured = { ...bareEnv, ...configuredEnv }

describe('the package that npm pack makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-package-'))
  const installed = join(folder, 'node_modules', 's3proxy')
  const command = join(folder, 'node_modules', '.bin', 's3proxy')
  let contents: string[] = []
  after(() => rmSync(folder, { recursive: true, force: true }))

  const run = (file: string, args: string[], options: SpawnSyncOptions) =>
    spawnSync(file, args, { timeout: 100_000, ...options, encoding: 'utf8' })
  const s3proxy = (args: string[], env: NodeJS.ProcessEnv) =>
    run(command, args, { cwd: folder, env, timeout: 20_000 })

  before(() => {
    const { filename, paths } = packInto(folder)
    contents = paths.sort()
    writeFileSync(join(folder, 'package.json'), '{}')
    const flags = ['--ignore-scripts', '--prefer-offline', '--omit=dev', '--no-audit', '--no-fund']
    const done = run('npm', ['install', ...flags, '--prefix', folder, join(folder, filename)], {
      cwd: folder,
      env: npmEnv,
    })
    assert.equal(done.status, 0, `npm install of the package failed: ${done.stderr}`)
  })

  it('has the build of every source file and what package.json names, and nothing else', () => {
    const built = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `dist/${file.replace(/ts$/, 'js')}`)
    const named = manifest.files
      .filter((file) => file !== 'dist')
      .flatMap((file) => contents.filter((path) => path === file || path.startsWith(`${file}/`)))
    const expected = [
      ...built,
      'dist/build-info.json',
      ...named,
      'LICENSE',
      'README.md',
      'package.json',
    ].sort()
    assert.deepEqual(contents, expected)
    for (const path of ['bin/s3proxy.js', 'man/s3proxy.1', 'man/s3proxy.json.5', 'CHANGELOG.md'])
      assert.ok(contents.includes(path), path)
  })

  it('names no path of this machine', () => {
    const places = [resolve('.'), homedir(), tmpdir()].filter((place) => place.length > 4)
    const telling = contents.filter((path) => {
      const text = readFileSync(join(installed, path), 'utf8')
      return places.some((place) => text.includes(place))
    })
    assert.deepEqual(telling, [])
  })

  it('installs a command that tells its version and its help', () => {
    const { commit } = JSON.parse(readFileSync('dist/build-info.json', 'utf8'))
    assert.match(commit, /^(?:[0-9a-f]{7,40}(?:-dirty)?|unknown)$/)
    assert.equal(s3proxy(['--version'], bareEnv).stdout, `${manifest.version} (${commit})\n`)
    const help = s3proxy(['--help'], bareEnv)
    assert.equal(help.status, 0)
    for (const name of ['serve', 'check-config', 'fetch'])
      assert.match(help.stdout, new RegExp(`^ {2}${name}\\b`, 'm'))
  })

  it('checks a configuration', () => {
    const good = s3proxy(['check-config', '--json'], configured)
    assert.equal(good.status, 0, good.stderr)
    assert.equal(JSON.parse(good.stdout).config.s3.endpoint, configured.AWS_S3_ENDPOINT)
    const bad = s3proxy(['check-config'], bareEnv)
    assert.equal(bad.status, 2)
    assert.match(bad.stderr, /s3\.region/)
  })

  it('brings every package that it depends on', () => {
    const script = `for (const name of ${JSON.stringify(Object.keys(manifest.dependencies))}) await import(name)`
    const { status, stderr } = run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: installed,
      env: bareEnv,
    })
    assert.equal(status, 0, stderr)
  })

  it('listens, and ends on SIGTERM', async (t) => {
    const child = spawn(command, ['serve', '--port', '0', '--set', 'server.host=127.0.0.1'], {
      cwd: folder,
      env: configured,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    const exited = once(child, 'exit')
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('"listening"')) continue
      child.kill('SIGTERM')
    }
    assert.deepEqual(await exited, [0, null])
  })
})
