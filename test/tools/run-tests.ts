import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs every test except those of the browser, which have a script of their own.
 *
 * The files are listed one by one, because the test runner of Node 20 finds no test in TypeScript by itself.
 * With `TEST_RETRIES=1`, as in `.ci/run`, one or two files that failed are run once more, because the machine may have
 * been busy the first time. Their names are added to the file that `TEST_RETRIED_FILE` names. More than two failures
 * are not the fault of the machine, so nothing is repeated then.
 */
const mostRetried = 2
const timeoutMs = Number(process.env.TEST_TIMEOUT_MS ?? 240_000)
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
let { status, failed, hung } = await run(files)
for (let count = 0; count < retries && failed.length > 0 && failed.length <= mostRetried; count++) {
  const again = failed
  process.stdout.write(`\nonce more, because they failed: ${again.join(', ')}\n\n`)
  ;({ status, failed, hung } = await run(again))
  if (status === 0) process.stdout.write(`\npassed only when they were run again: ${again.join(', ')}\n`)
  const { TEST_RETRIED_FILE: list } = process.env
  if (list !== undefined) appendFileSync(list, again.map((file) => `${file}\n`).join(''))
}
if (hung.length > 0) process.stdout.write(`\nstopped after ${timeoutMs} ms: ${hung.join(', ')}\n`)
rmSync(folder, { recursive: true })
process.exitCode = status

/** Runs files. @returns the exit status of the runner, the files with a failed test, and those that took too long */
async function run(which: readonly string[]): Promise<{ status: number; failed: string[]; hung: string[] }> {
  const report = join(folder, 'failed')
  rmSync(report, { force: true })
  const reporters = [
    ['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ['--test-reporter=./test/tools/failed-files-reporter.mjs', `--test-reporter-destination=${report}`],
  ].flat()
  const args = ['--import', 'tsx', '--test', `--test-timeout=${timeoutMs}`, ...reporters, ...which]
  // A process group of its own, so that nothing that a file has started outlives the run.
  const runner = spawn(process.execPath, args, { stdio: 'inherit', detached: true })
  const endAll = () => endGroup(runner.pid)
  process.on('SIGINT', endAll).on('SIGTERM', endAll)
  const [code] = await once(runner, 'exit')
  process.off('SIGINT', endAll).off('SIGTERM', endAll)
  endAll()
  const lines = existsSync(report) ? readFileSync(report, 'utf8').split('\n') : []
  const among = (says: string) =>
    which.filter((file) => lines.some((line) => line.startsWith(says) && line.endsWith(`/${file}`)))
  return { status: code ?? 1, failed: among(''), hung: among('hung') }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Every process of the group has ended already.
  }
}
