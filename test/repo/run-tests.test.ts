import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { emptyFolder } from '../helpers/config/file-with.ts'

const passes = `import { it } from 'node:test'; it('passes', () => {})`
const fails = `import { it } from 'node:test'; it('fails', () => { throw new Error('x') })`
/** A test that fails the first time, and passes when it is run again. */
const failsOnce = `import { it } from 'node:test'; import { appendFileSync, existsSync } from 'node:fs'
it('fails once', () => {
  const name = process.argv[1] + '.ran'
  if (existsSync(name)) return
  appendFileSync(name, '')
  throw new Error('x')
})`

describe('npm test', { timeout: 120_000 }, () => {
  const hanging = {
    'never gives the thread back': `import { it } from 'node:test'; it('x', () => { for (;;); })`,
    'does not hear SIGTERM': `import { it } from 'node:test'; process.on('SIGTERM', () => {})
      it('x', () => { setInterval(() => {}, 1000) })`,
    'leaves a child that has its output': `import { it } from 'node:test'; import { spawn } from 'node:child_process'
      it('x', () => { spawn('sleep', ['1000'], { stdio: 'inherit' }).unref() })`,
  }
  for (const [what, text] of Object.entries(hanging))
    it(`stops a file that ${what}, names it, and fails`, (t) => {
      const { status, output } = run(t, { 'hangs.test.ts': text, 'passes.test.ts': passes })
      assert.match(output, /\nstopped after 3000 ms: test\/hangs\.test\.ts\n$/)
      assert.equal(status, 1)
    })

  it('runs two files that failed once more, and keeps their names', (t) => {
    const files = { 'a.test.ts': failsOnce, 'b.test.ts': failsOnce, 'c.test.ts': passes }
    const { status, output, retried } = run(t, files)
    assert.match(output, /\npassed only when they were run again: test\/a\.test\.ts, test\/b\.test\.ts\n$/)
    assert.deepEqual([status, retried()], [0, 'test/a.test.ts\ntest/b.test.ts\n'])
  })

  it('fails where a third one failed too, and runs none again', (t) => {
    const files = { 'a.test.ts': failsOnce, 'b.test.ts': failsOnce, 'c.test.ts': failsOnce }
    const { status, output } = run(t, files)
    assert.equal(status, 1)
    assert.doesNotMatch(output, /again|once more/)
  })

  it('fails where a file fails twice', (t) => {
    assert.equal(run(t, { 'a.test.ts': fails }).status, 1)
  })
})

/** Runs the test runner in a folder with only these files. */
function run(t: TestContext, files: Record<string, string>) {
  const folder = emptyFolder(t)
  mkdirSync(join(folder, 'test/tools'), { recursive: true })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  const reporter = 'test/tools/failed-files-reporter.mjs'
  cpSync(reporter, join(folder, reporter))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'test', name), text)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const list = join(folder, 'retried')
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', resolve('test/tools/run-tests.ts')],
    {
      cwd: folder,
      env: { ...env, TEST_RETRIES: '1', TEST_RETRIED_FILE: list, TEST_TIMEOUT_MS: '3000' },
      encoding: 'utf8',
    },
  )
  return { status, output: stdout, retried: () => readFileSync(list, 'utf8') }
}
