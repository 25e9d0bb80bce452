import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Makes a fresh clone ready: dependencies, with `--build` the build. The other arguments name programs of the
 * distribution that the caller needs; nothing is installed in their place.
 *
 * A second run costs next to nothing, because what is there is left alone. This is plain JavaScript without any
 * dependency, because it runs before there is one.
 */
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
const wanted = new Set(process.argv.slice(2))

/** For each program its package in Debian and Ubuntu, and its use. */
const programs = {
  curl: { package: 'curl', use: 'runs the lines that the demo prints' },
  openssl: { package: 'openssl', use: 'makes the certificates of the tests' },
  'redis-cli': { package: 'redis-tools', use: 'looks into the Redis of the tests' },
  'redis-server': { package: 'redis-server', use: 'keeps the sessions of the tests' },
}

const missing = Object.entries(programs).filter(([name]) => wanted.has(name) && !isThere(name))
if (missing.length > 0) {
  const uses = missing.map(([name, { use }]) => `${name} (${use})`).join(', ')
  const packages = missing.map(([, program]) => program.package).join(' ')
  process.stderr.write(`not installed: ${uses}: install ${packages}, then run this again\n`)
  process.exit(1)
}
if (modifiedAt('node_modules/.package-lock.json') < modifiedAt('package-lock.json')) {
  // npm sets these variables for the script that runs this file; the inner npm would take itself for the outer one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/.test(name)),
  )
  run('npm', ['ci', '--no-audit', '--no-fund'], { env })
}
if (wanted.has('--build') && newestOf('src') > modifiedAt('dist/cli/main.js')) {
  run(process.execPath, ['test/tools/build.mjs'])
}

function isThere(name) {
  return spawnSync(name, ['--version']).error === undefined
}

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (status !== 0) process.exit(status ?? 1)
}

function newestOf(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Math.max(...files.map((file) => modifiedAt(`${folder}/${file}`)))
}

function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}
