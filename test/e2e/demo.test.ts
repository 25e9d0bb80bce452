import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listenOnLoopback } from '../helpers/network/listen-on-loopback.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))

describe('npm run demo', () => {
  it('prints lines that work as they stand, and leaves nothing behind after Ctrl-C', async (t) => {
    const demo = await startDemo(t)
    const text = await demo.printed(/Stop {7}Ctrl-C\n/)
    const origin = /Open {7}(\S+)\/index\.html/.exec(text)?.[1] ?? ''
    const [lines, curl, fetch] = linesIn(text)
    assert.ok(curl > 0 && fetch > 0)

    // One shell runs all lines, as if somebody pasted them. Markers stand around the output of each line.
    const script = lines
      .map((line, index) => `printf '<%s>' ${index}\n${line}\nprintf '<%s=%s>' ${index} $?\n`)
      .join('')
    const shell = await run('sh', ['-c', script])
    const said = lines.map((line, index) => {
      const answer = new RegExp(`<${index}>([\\s\\S]*)<${index}=(\\d+)>`).exec(shell)
      assert.equal(answer?.[2], '0', `${line}\n${shell}`)
      return { line, answer: answer?.[1] ?? '' }
    })
    const answerTo = (part: string) => {
      const found = said.find(({ line }) => line.includes(part))
      assert.ok(found, `no line with ${part}`)
      return found.answer
    }
    assert.match(answerTo('/health.txt'), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nhealthy\n$/)
    assert.match(answerTo('application/json'), /^HTTP\/1\.1 401 /)
    assert.equal(answerTo('login=curl'), 'Hello from a private bucket.\n')
    assert.match(
      answerTo('-r 0-4'),
      /^HTTP\/1\.1 206 [\s\S]*content-range: bytes 0-4\/29\r\n[\s\S]*\r\n\r\nHello$/i,
    )
    assert.match(answerTo('/data/100-MiB.bin'), /^200, 104857600 bytes, /)
    assert.match(
      answerTo('text/html'),
      /^HTTP\/1\.1 403 [\s\S]*signed in as curl@example\.com, and this account may not see this[\s\S]*mailto:ada@/,
    )
    assert.equal(answerTo('login=ada'), 'The plan, which only editors may see.\n')
    assert.match(answerTo('--explain'), /^drafts are for editors +deny +hit +hit +miss +none\nallowed, by/m)
    assert.equal(answerTo('fetch notes/hello.txt'), 'Hello from a private bucket.\n')
    assert.equal(answerTo('--range 0-4'), 'Hello')
    assert.match(answerTo('--head'), /^200\n[\s\S]*content-type: image\/png\n/)
    assert.match(answerTo('日本'), /^This is the object names\/päivää ☃ 日本\.txt\n$/)

    demo.pressCtrlC()
    assert.deepEqual(await once(demo.child, 'close'), [0, null], demo.output())
    assert.equal(demo.isGroupGone(), true, 'a process of the demo is left')
    const scratch = /jar=(\S+)\/cookies/.exec(text)?.[1] ?? ''
    assert.match(scratch, /s3proxy-demo-/)
    assert.equal(existsSync(scratch), false)
    await assert.rejects(globalThis.fetch(origin))
    assert.equal(demo.output().split('"msg":"stopped"').length, 2, 'the proxy stops once')
    assert.doesNotMatch(demo.output(), /npm err|demo:/i)
  })

  it('says so when the port is taken', async (t) => {
    const { port } = await listenOnLoopback(createServer(), t)
    const demo = await startDemo(t, '--port', String(port))
    const [status] = await once(demo.child, 'close')
    assert.equal(status, 2)
    assert.match(demo.output(), new RegExp(`demo: port ${port} is taken: choose another with --port`))
    assert.equal(demo.isGroupGone(), true)
  })
})

/** Starts `npm run demo` in a process group of its own, as a shell does in a terminal. */
async function startDemo(t: TestContext, ...args: string[]) {
  const child = spawn('npm', ['run', 'demo', '--', ...args], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  }
  await once(child, 'spawn')
  const group = -(child.pid as number)
  const isGroupGone = () => {
    try {
      return !process.kill(group, 0)
    } catch {
      return true
    }
  }
  t.after(() => {
    if (!isGroupGone()) process.kill(group, 'SIGKILL')
  })
  return {
    child,
    output: () => text,
    isGroupGone,
    pressCtrlC: () => process.kill(group, 'SIGINT'),
    async printed(wanted: RegExp): Promise<string> {
      while (!wanted.test(text)) {
        if (child.exitCode !== null) assert.fail(`the demo ended with ${child.exitCode}:\n${text}`)
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
      }
      return text
    },
  }
}

/** Finds the lines to paste, and the number of those for curl and for fetch. */
function linesIn(text: string): [lines: string[], curl: number, fetch: number] {
  const lines = [...text.matchAll(/^ {4}(?! *#)(\S.*)$/gm)].map((match) => match[1] ?? '')
  const count = (word: string) => lines.filter((line) => line.includes(word)).length
  return [lines, count('curl '), count(' fetch ')]
}

async function run(command: string, args: string[]): Promise<string> {
  const child: ChildProcess = spawn(command, args, { cwd: clone, stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await once(child, 'close')
  return text
}
