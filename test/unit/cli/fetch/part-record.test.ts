import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { findPart, type PartRecord, writeRecord } from '../../../../src/cli/fetch/part-record.ts'
import { emptyFolder } from '../../../helpers/config/file-with.ts'

describe('findPart', () => {
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

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-part-'))
    path = join(folder, 'copy')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('finds what was written, and how many bytes there are', async () => {
    await writeRecord(path, record)
    writeFileSync(`${path}.part`, '12345')
    assert.deepEqual(await findPart(path, record), { record, haveBytes: 5 })
  })

  it('goes without the length where S3 did not tell it', async () => {
    const { sizeBytes: _, ...unmeasured } = record
    await writeRecord(path, unmeasured)
    writeFileSync(`${path}.part`, '12345')
    assert.deepEqual(await findPart(path, record), { record: unmeasured, haveBytes: 5 })
  })

  it('is nothing when there is no part', async () => {
    await writeRecord(path, record)
    assert.equal(await findPart(path, record), undefined)
  })

  for (const [what, wanted] of [
    ['another object', { key: 'other' }],
    ['another object', { endpoint: 'https://h/other/' }],
    ['another range', { range: '0-4' }],
  ] as const) {
    it(`says that it is a part of ${what}: ${JSON.stringify(wanted)}`, async () => {
      await writeRecord(path, record)
      writeFileSync(`${path}.part`, '12345')
      assert.equal(await findPart(path, { ...record, ...wanted }), `it is a part of ${what}`)
    })
  }

  it('does not trust a part that is larger than the object, or a folder', async () => {
    await writeRecord(path, record)
    writeFileSync(`${path}.part`, '12345678901')
    assert.equal(await findPart(path, record), 'it is larger than it can be')
    rmSync(`${path}.part`)
    mkdirSync(`${path}.part`)
    assert.equal(typeof (await findPart(path, { ...record, sizeBytes: 1e6 } as PartRecord)), 'string')
  })

  for (const text of [
    '',
    '{"endpoint"',
    'null',
    '[]',
    JSON.stringify({ ...record, etag: '"a"\r\nx-evil: 1' }),
    JSON.stringify({ ...record, etag: 'W/"a"' }),
    JSON.stringify({ ...record, firstByte: -1 }),
    JSON.stringify({ ...record, sizeBytes: '10' }),
    JSON.stringify({ ...record, key: undefined }),
  ]) {
    it(`does not trust the record ${JSON.stringify(text)}`, async () => {
      writeFileSync(`${path}.part`, '12345')
      writeFileSync(`${path}.part.json`, text)
      assert.match(String(await findPart(path, record)), /is missing or broken$/)
    })
  }
})

describe('writeRecord', () => {
  it('replaces a link, and leaves alone what it led to', async (t) => {
    const folder = emptyFolder(t)
    writeFileSync(join(folder, 'victim'), 'precious')
    symlinkSync(join(folder, 'victim'), join(folder, 'copy.part.json'))
    await writeRecord(join(folder, 'copy'), {
      endpoint: '',
      key: '',
      range: '',
      etag: '"a"',
      firstByte: 0,
      sizeBytes: 0,
    })
    assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'precious')
  })
})
