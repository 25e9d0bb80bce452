import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Builds `dist/` anew, and notes its commit. It is plain JavaScript, because it runs before anything is built. */
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { stdio: 'inherit' },
)
if (status !== 0) process.exit(status ?? 1)
writeFileSync('dist/build-info.json', `${JSON.stringify({ commit: commit() })}\n`)

/** The commit; `unknown` where this folder is not the root of a clone, because git would name another project's commit. */
function commit() {
  const git = (...args) => spawnSync('git', args, { encoding: 'utf8' })
  const prefix = git('rev-parse', '--show-prefix')
  if (prefix.status !== 0 || prefix.stdout.trim() !== '') return 'unknown'
  const described = git('describe', '--always', '--dirty', '--exclude=*', '--abbrev=7')
  return described.status === 0 ? described.stdout.trim() : 'unknown'
}
