import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Makes a fresh clone ready: dependencies, with `--build` the build, with `--redis` and `--curl` those programs.
 *
 * What is there already is left alone, so a second run costs next to nothing. Plain JavaScript without any
 * dependency, because it runs before there is one.
 */
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
const wanted = new Set(process.argv.slice(2))

if (modifiedAt('node_modules/.package-lock.json') < modifiedAt('package-lock.json')) {
  // npm sets these for the script that runs this; they would make the inner npm believe it is the outer one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/.test(name)),
  )
  run('npm', ['ci', '--no-audit', '--no-fund'], { env })
}
if (wanted.has('--build') && newestOf('src') > modifiedAt('dist/cli/main.js')) {
  run(process.execPath, ['test/tools/build.mjs'])
}
if (wanted.has('--curl')) ensureProgram('curl', 'curl', ['--version'])
if (wanted.has('--redis')) ensureProgram('redis-server', 'redis-server', ['--version'])

/** A program of the distribution, installed from its packages where that is possible. */
function ensureProgram(name, packageName, probe) {
  if (spawnSync(name, probe).status === 0) return
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const mayInstall =
    spawnSync('apt-get', ['--version']).status === 0 &&
    (sudo.length === 0 || spawnSync('sudo', ['-n', 'true']).status === 0)
  if (mayInstall) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...args) =>
      spawnSync([...sudo, 'apt-get'][0], [...sudo, 'apt-get', ...args].slice(1), { env, stdio: 'inherit' })
    apt('update', '-q')
    apt('install', '-qy', '--no-install-recommends', packageName)
  }
  if (spawnSync(name, probe).status === 0) return
  process.stderr.write(
    `The tests need a real ${name}: install the package ${packageName}, then run this again.\n`,
  )
  process.exit(1)
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
