import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { exitStatus } from '../../src/cli/command/exit-status.ts'
import { createProgram } from '../../src/cli/program.ts'

const pages = readdirSync('man').map((file) => `man/${file}`)
const { man, files } = JSON.parse(readFileSync('package.json', 'utf8')) as { man: string[]; files: string[] }

describe('the man pages', () => {
  it('are all of them installed', () => {
    assert.deepEqual(man.toSorted(), pages.toSorted())
    assert.ok(files.includes('man'))
  })

  for (const page of pages) {
    it(`make groff say nothing: ${page}`, (t) => {
      if (spawnSync('groff', ['--version']).status !== 0) {
        const advice = `groff is needed to look at ${page}: install the package groff`
        if (process.env.CI) assert.fail(advice)
        process.stderr.write(`${advice}\n`)
        t.skip(advice)
        return
      }
      // groff exits 0 in spite of warnings.
      const { stderr, status } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z', page], {
        encoding: 'utf8',
      })
      assert.equal(stderr, '')
      assert.equal(status, 0)
    })
  }
})

describe('s3proxy(1)', () => {
  const text = readFileSync('man/s3proxy.1', 'utf8').replaceAll('\\-', '-')
  const program = createProgram(() => {})

  it('has every command', () => {
    assert.ok(program.commands.length >= 3)
    for (const command of program.commands)
      assert.match(text, new RegExp(`^\\.BI? "?${command.name()}\\b`, 'm'))
  })

  for (const command of [program, ...program.commands]) {
    for (const option of command.options) {
      it(`has ${command.name()} ${option.flags}`, () => {
        const entry = text.split('.TP\n').filter((part) => part.split('\n')[0]?.includes(option.long ?? ''))
        assert.equal(entry.length, 1, 'one entry of its own')
        if (option.short) assert.ok(entry[0]?.split('\n')[0]?.includes(option.short), option.short)
      })
    }
  }

  it('has no option that does not exist', () => {
    const known = [program, ...program.commands].flatMap((command) => command.options.map(({ long }) => long))
    const told = new Set(text.match(/(?<![\w-])--[a-z][a-z-]*/g))
    assert.deepEqual(
      [...told].filter((name) => name !== '--help' && !known.includes(name)),
      [],
    )
  })

  it('has every exit status', () => {
    const section = text.split('.SH EXIT STATUS')[1]?.split('\n.SH')[0] ?? ''
    const told = [...section.matchAll(/^\.B (\d+)$/gm)].map(([, status]) => Number(status))
    assert.deepEqual(told, [...new Set(Object.values(exitStatus))])
  })

  it('has the signals, and the variables that are no options', () => {
    for (const name of ['SIGTERM', 'SIGINT', 'S3PROXY_CONFIG', 'S3PROXY_TOKEN', 'VCAP_APPLICATION'])
      assert.ok(text.includes(name))
  })
})
