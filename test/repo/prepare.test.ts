import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import packageJson from '../../package.json' with { type: 'json' }

describe('test/tools/prepare.mjs', () => {
  it('says in one line which programs to install and what for, and installs nothing', () => {
    const { status, stdout, stderr } = prepare('curl', 'redis-cli', 'redis-server')
    assert.equal(stdout, '')
    assert.equal(
      stderr,
      'not installed: curl (runs the lines that the demo prints), redis-cli (looks into the Redis of the tests), ' +
        'redis-server (keeps the sessions of the tests): install curl redis-tools redis-server, then run this again\n',
    )
    assert.equal(status, 1)
  })

  it('asks for no program that the caller does not name', () => {
    assert.match(
      prepare('curl').stderr,
      /^not installed: curl \([^)]+\): install curl, then run this again\n$/,
    )
  })

  it('knows each program that a script of package.json names, and .ci/run installs each', () => {
    const named = Object.values(packageJson.scripts)
      .flatMap((script) => /prepare\.mjs([^&]*)/.exec(script)?.[1]?.trim().split(' ') ?? [])
      .filter((word) => word !== '' && !word.startsWith('--'))
    const ciRun = readFileSync('.ci/run', 'utf8')
    assert.ok(named.includes('redis-server'))
    for (const name of named) {
      const packageName = /install (\S+), then/.exec(prepare(name).stderr)?.[1]
      assert.notEqual(packageName, undefined, name)
      assert.ok(ciRun.includes(`\nneed ${name} ${packageName}\n`), name)
    }
  })
})

/** Runs prepare.mjs with a search path that has no program. */
function prepare(...args: string[]) {
  return spawnSync(process.execPath, ['test/tools/prepare.mjs', ...args], {
    env: { PATH: '' },
    encoding: 'utf8',
  })
}
