import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createCrc64Nvme } from '../../src/cli/fetch/crc.ts'
import { run, start } from '../helpers/proxy/run-program.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { s3EnvironmentOf } from '../helpers/stage/environment.ts'

describe('s3proxy fetch --verify', () => {
  let s3: S3StandIn
  let folder: string
  let file: string
  const body = randomBytes(2 * 1024 * 1024)
  const sha256 = createHash('sha256').update(body).digest('base64')
  const md5 = `"${createHash('md5').update(body).digest('hex')}"`
  /** Runs `fetch`, which waits for a stopped S3 no longer than two seconds. */
  const fetch = (...args: string[]) =>
    run(['fetch', ...args, '--verify'], { ...s3EnvironmentOf(s3), S3PROXY_S3_DEADLINE_MS: '2000' }, folder)

  before(async () => {
    s3 = await startS3StandIn()
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-verify-'))
    file = join(folder, 'copy')
  })
  afterEach(() => {
    s3.misbehave(null)
    rmSync(folder, { recursive: true })
  })
  after(() => s3.close())

  const crc = createCrc64Nvme()
  crc.update(body)
  for (const [name, headers, etag] of [
    ['MD5 of the ETag', {}, md5],
    ['sha256', { 'x-amz-checksum-sha256': sha256 }, '"of-parts-2"'],
    [
      'crc64nvme',
      { 'x-amz-checksum-crc64nvme': crc.digest().toString('base64'), 'x-amz-checksum-type': 'FULL_OBJECT' },
      '"of-parts-2"',
    ],
  ] as [string, Record<string, string>, string][]) {
    it(`compares with the ${name}, on stdout and in a file`, async () => {
      s3.put('object', { body, etag, headers })
      const piped = await fetch('object')
      assert.equal(piped.stderr, `s3proxy: the object is what S3 says it is, by its ${name}\n`)
      assert.equal(piped.status, 0)
      assert.ok(piped.stdout.equals(body))
      const written = await fetch('object', '-o', file, '--quiet')
      assert.deepEqual([written.status, written.stderr], [0, ''])
      assert.ok(readFileSync(file).equals(body))
    })
  }

  it('asks for the checksum of that very version', async () => {
    s3.put('object', { body, etag: md5 })
    const before = s3.requestCount
    await fetch('object')
    const asked = s3.requests.slice(before)
    assert.deepEqual(
      asked.map(({ method, headers }) => [method, headers['if-match'], headers['x-amz-checksum-mode']]),
      [
        ['GET', undefined, undefined],
        ['HEAD', md5, 'ENABLED'],
      ],
    )
  })

  it('exits 1 when the bytes differ, and leaves no file', async () => {
    s3.put('object', { body, etag: `"${'0'.repeat(32)}"` })
    const { status, stderr } = await fetch('object', '-o', file)
    assert.equal(status, 1)
    assert.match(stderr, /^s3proxy: the bytes are not those that S3 has, by its MD5 of the ETag: .*\n$/)
    assert.deepEqual(readdirSync(folder), [])
    assert.equal((await fetch('object')).status, 1)
  })

  it('says that it cannot, even with --quiet, and exits 4 when S3 has nothing to compare with', async () => {
    for (const [etag, headers] of [
      ['"of-parts-2"', {}],
      [md5, { 'x-amz-server-side-encryption': 'aws:kms' }],
      [null, {}],
    ] as [string | null, Record<string, string>][]) {
      s3.put('object', { body, etag, headers })
      const { status, stdout, stderr } = await fetch('object', '--quiet')
      assert.match(stderr, /^s3proxy: cannot verify: .*\n$/)
      assert.equal(status, 4)
      assert.ok(stdout.equals(body))
      const written = await fetch('object', '--quiet', '-o', file)
      assert.equal(written.status, 4)
      assert.ok(readFileSync(file).equals(body))
    }
  })

  it('exits 4 when the reader has enough before the end, and does not call it verified', async () => {
    s3.put('object', { body, etag: md5 })
    const { child, outcome } = start(['fetch', 'object', '--verify'], s3EnvironmentOf(s3), folder)
    child.stdout?.once('data', () => child.stdout?.destroy())
    const { status, stderr } = await outcome
    assert.equal(stderr, 's3proxy: not verified: the reader had enough before the end of the object\n')
    assert.equal(status, 4)
  })

  it('counts what an earlier download left', async () => {
    s3.put('object', { body, etag: md5 })
    const endAfter = (bytes: number) =>
      s3.misbehave(({ ordinal, method }) =>
        method === 'HEAD'
          ? undefined
          : ordinal === 1
            ? { cutAfterBytes: bytes, how: 'fin' }
            : { resetBeforeHead: true },
      )
    endAfter(1024 * 1024)
    assert.equal((await fetch('object', '-o', file)).status, 1)
    s3.misbehave(null)
    const { status, stderr } = await fetch('object', '-o', file, '--continue')
    assert.deepEqual(
      [status, stderr],
      [0, 's3proxy: the object is what S3 says it is, by its MD5 of the ETag\n'],
    )
    assert.ok(readFileSync(file).equals(body))
  })

  it('finds a part that has been damaged, and throws it away', async () => {
    s3.put('object', { body, etag: md5 })
    s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: 1024 * 1024, how: 'fin' } : { resetBeforeHead: true },
    )
    await run(['fetch', 'object', '-o', file], s3EnvironmentOf(s3), folder)
    s3.misbehave(null)
    const part = readFileSync(`${file}.part`)
    part[1000] = (part[1000] as number) ^ 1
    writeFileSync(`${file}.part`, part)
    const { status } = await fetch('object', '-o', file, '--continue')
    assert.equal(status, 1)
    assert.ok(!existsSync(file))
    assert.deepEqual(readdirSync(folder), [])
  })

  it('exits 1 when the object is replaced before its checksum is told', async () => {
    s3.put('object', { body, etag: md5 })
    s3.misbehave(({ method }) => (method === 'HEAD' ? { replaceObject: 'other' } : undefined))
    const { status, stderr } = await fetch('object', '-o', file)
    assert.equal(status, 1)
    assert.match(stderr, /^s3proxy: the object was replaced while it was fetched: fetch it again/)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('asks for the checksum again when S3 fails, and exits 1 when it does not stop failing', async () => {
    s3.put('object', { body, etag: md5 })
    s3.misbehave(({ method, ordinal }) => (method === 'HEAD' && ordinal === 2 ? { error: 503 } : undefined))
    assert.equal((await fetch('object')).status, 0)
    s3.misbehave(({ method }) => (method === 'HEAD' ? { resetBeforeHead: true } : undefined))
    assert.equal((await fetch('object')).status, 1)
  })
})
