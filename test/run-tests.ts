import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

/**
 * Runs every test but those of the browser, which have a script of their own.
 *
 * The files are named one by one because the test runner of Node 20 finds none in TypeScript by itself.
 */
const own = process.argv.slice(2)
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('browser'))
  .map((file) => `test/${file}`)
  .filter((file) => own.length === 0 || own.some((part) => file.includes(part)))
  .sort()

if (files.length === 0) {
  process.stderr.write('no test file matches\n')
  process.exit(1)
}
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-timeout=120000', ...files],
  {
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)
