import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'

const source = new URL('../../../../src/cli/fetch/interruption.ts', import.meta.url)

/** A program that is interrupted, and then does `afterwards`; it says `ready` and `stopping`. */
function startProgram(afterwards: string) {
  const code = `
    import { listenForInterruption } from ${JSON.stringify(source.href)}
    const interruption = listenForInterruption()
    const alive = setInterval(() => {}, 1000)
    console.log('ready')
    interruption.signal.addEventListener('abort', () => {
      console.log('stopping')
      ${afterwards}
    })`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return {
    child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    ended: once(child, 'exit'),
  }
}

describe('listenForInterruption', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`lets the program tidy up after ${signal}, and then ends it by that signal`, async () => {
      const { child, lines, ended } = startProgram('interruption.end()')
      assert.equal((await lines.next()).value, 'ready')
      child.kill(signal)
      assert.equal((await lines.next()).value, 'stopping')
      assert.deepEqual(await ended, [null, signal])
    })
  }

  it('lets the second signal end the program at once', async () => {
    const { child, lines, ended } = startProgram('')
    assert.equal((await lines.next()).value, 'ready')
    child.kill('SIGINT')
    assert.equal((await lines.next()).value, 'stopping')
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [null, 'SIGTERM'])
  })

  it('does not wait for ever for a program that does not get tidy', async () => {
    const { child, lines, ended } = startProgram('')
    assert.equal((await lines.next()).value, 'ready')
    child.kill('SIGINT')
    assert.equal((await lines.next()).value, 'stopping')
    assert.deepEqual(await ended, [null, 'SIGINT'])
  })
})
