import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { completionScript, type Shell } from '../../../../src/cli/completion/completion.ts'
import { spellings, wordsOf } from '../../../../src/cli/completion/completion-words.ts'
import { createProgram } from '../../../../src/cli/program.ts'
import { productOptions } from '../../../../src/config/options/product-options.ts'
import { largerOptions } from '../../config/larger-schema.ts'

const { single: options } = productOptions

const program = createProgram(() => {})

describe('wordsOf', () => {
  const words = wordsOf(program)

  it('has each command with each of its flags, and what follows them', () => {
    assert.deepEqual(
      words.commands.map(({ name }) => name),
      [...program.commands.map((command) => command.name()), 'help'],
    )
    const fetch = words.commands.find(({ name }) => name === 'fetch')
    const kinds = Object.fromEntries(fetch?.flags.map(({ long, value }) => [long, value]) ?? [])
    assert.equal(kinds['--output'], 'file')
    assert.equal(kinds['--set'], 'setting')
    assert.equal(kinds['--range'], 'any')
    assert.equal(kinds['--verify'], 'none')
  })

  it('has each option that is no secret and not in the file only, with its values where they are few', () => {
    const open = options.filter(({ isSecret, envNames }) => isSecret !== true && envNames.length > 0)
    assert.deepEqual(
      words.settings.map(({ path }) => path),
      open.map(({ path }) => path),
    )
    const valuesOf = (path: string) => words.settings.find((setting) => setting.path === path)?.values
    assert.deepEqual(valuesOf('session.sameSite'), ['lax', 'none'])
    assert.deepEqual(valuesOf('session.store'), ['redis', 'memory'])
    assert.deepEqual(valuesOf('session.redisCluster'), ['true', 'false'])
    assert.deepEqual(valuesOf('server.allowedHosts'), [])
    assert.deepEqual(valuesOf('server.port'), [])
  })

  it('has nothing that stands in the file only', () => {
    const paths = wordsOf(program, largerOptions).settings.map(({ path }) => path)
    assert.ok(paths.includes('rights.groups'))
    assert.deepEqual(
      paths.filter((path) => /^(?:shelves|listeners)|rules/.test(path)),
      [],
    )
  })
})

describe('completionScript', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as Shell[]) {
    it(`names every command, flag and option for ${shell}`, () => {
      const script = completionScript(program, shell)
      const { commands, settings } = wordsOf(program)
      for (const { path } of settings) assert.ok(script.includes(path), path)
      for (const { name, flags } of commands) {
        assert.ok(script.includes(name), name)
        for (const flag of flags.flatMap(spellings))
          assert.ok(script.includes(shell === 'fish' ? flag.replace(/^--?/, ' ') : flag), flag)
      }
    })
  }

  it('quotes descriptions, whatever stands in them', () => {
    const hostile = {
      options: [],
      commands: [
        {
          name: () => 'run',
          description: () => "it's $(not) `run`: \\ [x]",
          options: [{ flags: '--a', long: '--a', description: "don't: \\ [$(x)]" }],
          registeredArguments: [],
        },
      ],
    }
    assert.ok(completionScript(hostile, 'zsh').includes("'run:it'\\''s $(not) `run`: \\ [x]'"))
    assert.ok(completionScript(hostile, 'zsh').includes("[don'\\''t\\: \\\\ \\[$(x)\\]]"))
    assert.ok(completionScript(hostile, 'fish').includes("'it\\'s $(not) `run`: \\\\ [x]'"))
  })
})
