import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { exitStatus } from '../../../src/cli/command/exit-status.ts'
import { createProgram } from '../../../src/cli/program.ts'

/** The arguments that a command line gives to its command; nothing runs. */
async function parse(...args: string[]): Promise<{ args: string[]; options: Record<string, unknown> }> {
  const program = createProgram(() => {})
  let seen: { args: string[]; options: Record<string, unknown> } | undefined
  for (const command of program.commands) {
    command.configureOutput({ writeErr: () => {} }).action((...given: unknown[]) => {
      seen = { args: command.args, options: given.at(-2) as Record<string, unknown> }
    })
  }
  await program.parseAsync(['node', 's3proxy', ...args])
  assert.ok(seen)
  return seen
}

describe('createProgram', () => {
  it('gathers --set, and keeps an = in the value', async () => {
    const { options } = await parse(
      'check-config',
      '--set',
      'log.level=debug',
      '--set',
      'sso.url=https://h/?a=b',
    )
    assert.deepEqual(
      [...(options.set as Map<string, string>)],
      [
        ['log.level', 'debug'],
        ['sso.url', 'https://h/?a=b'],
      ],
    )
  })

  it('starts every command line with an empty --set', async () => {
    await parse('serve', '--set', 'a=b')
    assert.equal(((await parse('serve')).options.set as Map<string, string>).size, 0)
  })

  it('puts quotes around the ETag that the shell has taken', async () => {
    const etagOf = async (text: string) =>
      (await parse('fetch', 'k', '--if-none-match', text)).options.ifNoneMatch
    assert.equal(await etagOf('abc'), '"abc"')
    assert.equal(await etagOf('"abc"'), '"abc"')
    assert.equal(await etagOf('W/"abc"'), 'W/"abc"')
    assert.equal(await etagOf('*'), '*')
  })

  for (const etag of ['', 'a b', 'a"b', 'a\nb', 'é']) {
    it(`refuses the ETag ${JSON.stringify(etag)}`, async () => {
      await assert.rejects(parse('fetch', 'k', '--if-none-match', etag), { exitCode: 1 })
    })
  }

  for (const range of ['0-0', '0-99', '100-', '-5']) {
    it(`accepts the range ${range}`, async () => {
      assert.equal((await parse('fetch', 'k', `--range=${range}`)).options.range, range)
    })
  }

  for (const range of ['', '-', '5', '9-1', '0-1,3-4', 'bytes=0-1', ' 0-1', '0-1234567890123456']) {
    it(`refuses the range ${JSON.stringify(range)}`, async () => {
      await assert.rejects(parse('fetch', 'k', `--range=${range}`), { exitCode: 1 })
    })
  }

  it('tells of exit statuses and the environment in every help', () => {
    const program = createProgram(() => {})
    for (const command of [program, ...program.commands]) {
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
      assert.match(help, /Exit status: 0 /, command.name())
      assert.match(help, /s3proxy\.json\(5\)/, command.name())
      for (const line of help.split('\n')) assert.ok(line.length <= 120, line)
    }
  })

  it('has the version of the package, and no commit when it was not built', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
    assert.equal(createProgram(() => {}).version(), `${version} (unknown)`)
  })
})

describe('exitStatus', () => {
  it('is part of the interface', () => {
    assert.deepEqual(exitStatus, {
      ok: 0,
      failure: 1,
      usage: 2,
      probeFailed: 3,
      denied: 4,
      unverified: 4,
      notServed: 22,
    })
  })
})
