import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { openPartFile, type PartFile } from '../../../../src/cli/fetch/part-file.ts'
import { findPart, type PartRecord } from '../../../../src/cli/fetch/part-record.ts'

describe('openPartFile', () => {
  let folder: string
  let path: string
  const record: PartRecord = {
    endpoint: 'https://h/b/',
    key: 'key',
    range: '',
    etag: '"a"',
    firstByte: 0,
    sizeBytes: 10,
  }
  const write = (part: PartFile, text: string) =>
    new Promise<void>((resolve, reject) => {
      part.stream.write(text, (error) => (error ? reject(error) : resolve()))
    })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-part-file-'))
    path = join(folder, 'copy')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('has its bytes beside the file until it is finished', async () => {
    const part = await openPartFile(path, record)
    await write(part, 'whole')
    assert.deepEqual(readdirSync(folder).sort(), ['copy.part', 'copy.part.json'])
    await part.finish()
    assert.deepEqual(readdirSync(folder), ['copy'])
    assert.equal(readFileSync(path, 'utf8'), 'whole')
  })

  it('keeps what has come, and goes on from it', async () => {
    const first = await openPartFile(path, record)
    await write(first, '12345')
    assert.equal(await first.keep(), 5)
    const left = await findPart(path, record)
    assert.ok(typeof left === 'object')
    const second = await openPartFile(path, record, { left })
    await write(second, '67890')
    await second.finish()
    assert.equal(readFileSync(path, 'utf8'), '1234567890')
    assert.deepEqual(readdirSync(folder), ['copy'])
  })

  it('keeps nothing without a record, and nothing when nothing came', async () => {
    const anonymous = await openPartFile(path, undefined)
    await write(anonymous, '12345')
    assert.equal(await anonymous.keep(), 0)
    assert.equal(await (await openPartFile(path, record)).keep(), 0)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('gives the file the permissions of the one that it replaces, whatever the umask', async () => {
    const part = await openPartFile(path, record, { mode: 0o666 })
    await part.finish()
    assert.equal(statSync(path).mode & 0o777, 0o666)
  })

  it('does not put a part in place that another process has begun meanwhile', async () => {
    const first = await openPartFile(path, record)
    await write(first, 'first')
    const second = await openPartFile(path, record)
    await write(second, 'sec')
    await assert.rejects(first.finish(), /another process has replaced .*copy\.part meanwhile/)
    assert.equal(await first.keep(), 0)
    await write(second, 'ond')
    await second.finish()
    assert.equal(readFileSync(path, 'utf8'), 'second')
    assert.deepEqual(readdirSync(folder), ['copy'])
  })

  it('takes nothing away that another process has begun', async () => {
    const first = await openPartFile(path, record)
    const second = await openPartFile(path, record)
    await write(second, 'second')
    await first.discard()
    assert.equal(readFileSync(`${path}.part`, 'utf8'), 'second')
    assert.equal(await second.keep(), 6)
  })

  it('says what is in the way', async () => {
    mkdirSync(`${path}.part`)
    writeFileSync(`${path}.part/file`, '')
    await assert.rejects(openPartFile(path, record), /copy\.part/)
  })
})
