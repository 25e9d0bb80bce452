import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { UsageError } from '../../../../src/cli/command/usage-error.ts'
import { inspectOutput } from '../../../../src/cli/fetch/output.ts'

describe('inspectOutput', () => {
  let folder: string
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 's3proxy-output-')))
    writeFileSync(join(folder, 'file'), '', { mode: 0o600 })
    symlinkSync('file', join(folder, 'link'))
    symlinkSync('nowhere', join(folder, 'dangling'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('is stdout without a name, and for -', async () => {
    assert.deepEqual(await inspectOutput(undefined), { kind: 'stdout' })
    assert.deepEqual(await inspectOutput('-'), { kind: 'stdout' })
  })

  it('is a file that is yet to come', async () => {
    const path = join(folder, 'new')
    assert.deepEqual(await inspectOutput(path), { kind: 'file', path, mode: undefined })
  })

  it('is a file to be replaced, with its permissions, also through a link', async () => {
    const file = { kind: 'file', path: join(folder, 'file'), mode: 0o600 }
    assert.deepEqual(await inspectOutput(join(folder, 'file')), file)
    assert.deepEqual(await inspectOutput(join(folder, 'link')), file)
  })

  it('replaces a link that leads nowhere', async () => {
    const path = join(folder, 'dangling')
    assert.deepEqual(await inspectOutput(path), { kind: 'file', path, mode: undefined })
  })

  it('is a device', async () => {
    assert.deepEqual(await inspectOutput('/dev/null'), { kind: 'device', path: '/dev/null' })
  })

  it('refuses what cannot become a file', async () => {
    for (const path of ['', folder, `${folder}/new/`, `${folder}/no/new`, `${folder}/file/new`])
      await assert.rejects(inspectOutput(path), UsageError, path)
  })
})
