import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { withLock } from '../../../../../src/cli/fetch/token/token-lock.ts'

describe('withLock', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-lock-'))
    path = join(folder, 'lock')
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const { signal } = new AbortController()

  it('lets one run after the other, and leaves no lock', async () => {
    let running = 0
    let most = 0
    const order: number[] = []
    const run = (index: number) =>
      withLock(
        path,
        async () => {
          most = Math.max(most, ++running)
          await new Promise(setImmediate)
          order.push(index)
          running--
        },
        signal,
      )
    await Promise.all([0, 1, 2, 3].map(run))
    assert.deepEqual([most, order.length, existsSync(path)], [1, 4, false])
  })

  it('gives the lock back when the work fails', async () => {
    await assert.rejects(
      withLock(path, () => Promise.reject(new Error('broken')), signal),
      /broken/,
    )
    assert.equal(existsSync(path), false)
  })

  it('takes over the lock of a process that has ended', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    writeFileSync(path, `${hostname()} ${pid} abc\n`)
    assert.equal(await withLock(path, async () => 'ran', signal), 'ran')
  })

  it('takes over a lock that is older than its lease, and that of another machine no sooner', async () => {
    writeFileSync(path, 'elsewhere 1 abc\n')
    const stop = AbortSignal.timeout(300)
    await assert.rejects(withLock(path, async () => 'ran', stop))
    const before = new Date(Date.now() - 61_000)
    utimesSync(path, before, before)
    assert.equal(await withLock(path, async () => 'ran', signal), 'ran')
  })

  it('waits for a living holder, and no longer than its signal', async () => {
    writeFileSync(path, `${hostname()} ${process.pid} abc\n`)
    await assert.rejects(withLock(path, async () => 'ran', AbortSignal.timeout(200)))
    assert.equal(existsSync(path), true)
  })
})
