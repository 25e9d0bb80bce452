import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'

const script = `
import { surviveFaults } from './src/cli/serve/survive-faults.ts'
surviveFaults({ error: (fields, message) => console.log(message, typeof fields.stack) })
void Promise.reject(new Error('nobody waits'))
setImmediate(() => { throw new Error('nobody catches') })
setTimeout(() => console.log('still here'), 50)
`

describe('surviveFaults', () => {
  it('logs what nobody caught with its stack, and goes on', () => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.equal(
      stdout,
      'a fault of ours, outside of any request: nobody waits string\n' +
        'a fault of ours, outside of any request: nobody catches string\nstill here\n',
      stderr,
    )
    assert.equal(status, 0)
  })
})
