import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs every test but those of the browser, which have a script of their own.
 *
 * The files are named one by one because the test runner of Node 20 finds none in TypeScript by itself.
 * With `TEST_RETRIES=1`, as in `.ci/run`, files that failed are run once more, on a machine that may have been
 * busy with something else the first time; which they were is said at the end.
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
const folder = mkdtempSync(join(tmpdir(), 's3proxy-tests-'))
const retries = Number(process.env.TEST_RETRIES ?? 0)
let { status, failed } = run(files)
for (let count = 0; count < retries && status !== 0 && failed.length > 0; count++) {
  const again = failed
  process.stdout.write(`\nonce more, because they failed: ${again.join(', ')}\n\n`)
  ;({ status, failed } = run(again))
  if (status === 0) process.stdout.write(`\npassed only when they were run again: ${again.join(', ')}\n`)
}
rmSync(folder, { recursive: true })
process.exit(status)

/** @returns the exit status of the runner, and which of the files have a test that failed */
function run(which: readonly string[]): { status: number; failed: string[] } {
  const report = join(folder, 'failed')
  const reporters = [
    ['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ['--test-reporter=./test/tools/failed-files-reporter.mjs', `--test-reporter-destination=${report}`],
  ].flat()
  const args = ['--import', 'tsx', '--test', '--test-timeout=120000', ...reporters, ...which]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  const lines = new Set(readFileSync(report, 'utf8').split('\n'))
  return {
    status: status ?? 1,
    failed: which.filter((file) => [...lines].some((line) => line.endsWith(`/${file}`))),
  }
}
