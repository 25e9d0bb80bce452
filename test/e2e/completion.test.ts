import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bareEnv, program } from '../helpers/proxy/proxy-process.ts'
import { type ShellAtTerminal, startShell } from './shell-at-terminal.ts'

const commands = ['serve', 'check-config', 'fetch', 'completion', 'help']
const [tab, insertAll] = ['\t', '\x18a']

/** Settings of both shells: ^X^P prints the line at the prompt, and ^Xa inserts every completion into it. */
const setups = {
  bash: `PS1='$ '; bind 'set enable-bracketed-paste off'; bind '"\\C-xa": insert-completions'
show() { printf '\u2039%s\u203a\\n' "$READLINE_LINE"; }; bind -x '"\\C-x\\C-p": show'
source ./script`,
  zsh: `PS1='$ '; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D
show() { print -r -- $'\\n\u2039'"$BUFFER"$'\u203a' }; zle -N show; bindkey '^X^P' show
all() { _main_complete; compstate[insert]=all }; zle -C all complete-word all; bindkey '^Xa' all
source ./script`,
}
const interactive = { bash: 'bash --norc --noprofile -i', zsh: 'zsh -f -i' }

for (const shell of ['bash', 'zsh'] as const) {
  const absent = missing(shell) ?? missing('script')
  describe(`s3proxy completion ${shell}`, { timeout: 60_000, skip: absent ?? false }, () => {
    let folder: string
    let terminal: ShellAtTerminal

    before(async () => {
      folder = prepare(shell)
      terminal = await startShell(interactive[shell], setups[shell], { cwd: folder, env: {} })
    })
    after(async () => {
      await terminal?.close()
      rmSync(folder, { recursive: true })
    })
    const completed = async (line: string) => terminal.lineAfter(`s3proxy ${line}${tab}`)
    const everything = async (line: string) => {
      const all = await terminal.lineAfter(`s3proxy ${line}${insertAll}`)
      return all.trimEnd().split(/ +/).slice(line.split(' ').length).sort()
    }

    it('offers every command, and finishes the name of one', async () => {
      assert.deepEqual(await everything(''), commands.toSorted())
      assert.equal(await completed('ser'), 's3proxy serve ')
      assert.equal(await completed('help fe'), 's3proxy help fetch ')
      assert.deepEqual(await everything('completion '), ['bash', 'fish', 'zsh'])
    })

    it('finishes the flags of each command, and no others', async () => {
      assert.equal(await completed('check-config --p'), 's3proxy check-config --probe ')
      assert.equal(await completed('fetch a-key --veri'), 's3proxy fetch a-key --verify ')
      assert.equal(await completed('serve --pro'), 's3proxy serve --pro')
      assert.equal(await completed('--vers'), 's3proxy --version ')
    })

    it('offers every flag of fetch, short and long', async () => {
      const flags = await everything('fetch -')
      const help = spawnSync(process.execPath, [program, 'fetch', '--help'], { encoding: 'utf8' }).stdout
      const told = [...help.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].flatMap(([, short, long]) =>
        [short, long].filter((flag) => flag !== undefined),
      )
      assert.ok(told.length > 15)
      assert.deepEqual(flags, told.sort())
    })

    it('finishes names of options after --set, and waits for the value', async () => {
      assert.equal(
        await completed('serve --set server.workers=2 --set s3.stall'),
        's3proxy serve --set server.workers=2 --set s3.stallTimeoutMs=',
      )
      assert.equal(await completed('serve --set=log.lev'), 's3proxy serve --set=log.level=')
    })

    it('finishes values where there are but a few', async () => {
      assert.equal(await completed('fetch --set log.level=de'), 's3proxy fetch --set log.level=debug ')
      assert.equal(
        await completed('serve --set session.acceptLegacySessions=t'),
        's3proxy serve --set session.acceptLegacySessions=true ',
      )
    })

    it('offers no secret on a command line', async () => {
      assert.equal(await completed('serve --set sso.clientS'), 's3proxy serve --set sso.clientS')
    })

    it('finishes names of files after --config and --output, and nowhere else', async () => {
      assert.equal(await completed('serve --config a-f'), 's3proxy serve --config a-file.json ')
      assert.equal(await completed('serve --config=a-f'), 's3proxy serve --config=a-file.json ')
      assert.equal(await completed('fetch -c a-f'), 's3proxy fetch -c a-file.json ')
      assert.equal(await completed('fetch key --output sp'), 's3proxy fetch key --output spaced\\ name ')
      assert.equal(await completed('fetch a-f'), 's3proxy fetch a-f')
    })
  })
}

describe('s3proxy completion fish', { skip: missing('fish') ?? false }, () => {
  let folder: string
  before(() => {
    folder = prepare('fish')
  })
  after(() => rmSync(folder, { recursive: true }))

  /** The words that fish offers, each with its description. */
  function offered(line: string): Map<string, string> {
    const ask = `source ./script; complete -C ${JSON.stringify(`s3proxy ${line}`)}`
    const text = execFileSync('fish', ['--no-config', '-c', ask], {
      cwd: folder,
      env: { ...bareEnv, HOME: folder },
      encoding: 'utf8',
    })
    return new Map(
      text
        .split('\n')
        .filter((row) => row !== '')
        .map((row) => row.split('\t') as [string, string]),
    )
  }
  const words = (line: string) => [...offered(line).keys()].sort()

  it('offers commands, flags, options and files, each with its description', () => {
    assert.deepEqual(words(''), commands.toSorted())
    assert.match(offered('ser').get('serve') ?? '', /^start the proxy/)
    assert.deepEqual(words('help f'), ['fetch'])
    assert.deepEqual(words('completion '), ['bash', 'fish', 'zsh'])
    assert.deepEqual(words('check-config --p'), ['--probe'])
    assert.deepEqual(words('serve --pro'), [])
    assert.deepEqual(words('fetch a-key --veri'), ['--verify'])
    assert.deepEqual(words('fetch -o sp'), ['spaced name'])
    assert.deepEqual(words('serve --config a-f'), ['a-file.json'])
    assert.deepEqual(words('fetch a-f'), [])
  })

  it('offers names and values of options after --set, and no secret', () => {
    assert.deepEqual(words('serve --set s3.stall'), ['s3.stallTimeoutMs='])
    assert.deepEqual(words('serve --set log.level=de'), ['log.level=debug'])
    assert.deepEqual(words('serve --set=log.level=de'), ['--set=log.level=debug'])
    // Fish also offers words that are only similar.
    assert.ok(!words('serve --set sso.clientS').some((word) => word.includes('Secret')))
  })
})

describe('s3proxy completion', () => {
  it('exits 2 for a shell that it does not know', () => {
    const { status, stderr } = spawnSync(process.execPath, [program, 'completion', 'tcsh'], {
      encoding: 'utf8',
    })
    assert.equal(status, 2)
    assert.match(stderr, /Allowed choices are bash, zsh, fish/)
  })
})

/** Makes a folder with the script and two files to complete. */
function prepare(shell: string): string {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-completion-'))
  const script = execFileSync(process.execPath, [program, 'completion', shell], { encoding: 'utf8' })
  writeFileSync(join(folder, 'script'), script)
  writeFileSync(join(folder, 'a-file.json'), '{}')
  writeFileSync(join(folder, 'spaced name'), '')
  return folder
}

/** Looks for a program. @returns the reason to skip its tests; on CI a missing program is a failure */
function missing(command: string): string | undefined {
  if (spawnSync(command, ['--version']).status === 0) return undefined
  const advice = `${command} is needed to test its completion: install the package ${command}`
  if (process.env.CI) throw new Error(advice)
  process.stderr.write(`${advice}\n`)
  return advice
}
