import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { bareEnv, program } from '../helpers/proxy/proxy-process.ts'
import { run, start } from '../helpers/proxy/run-program.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { s3EnvironmentOf } from '../helpers/stage/environment.ts'

describe('s3proxy fetch --output', () => {
  let s3: S3StandIn
  let folder: string
  let file: string
  const binary = randomBytes(2 * 1024 * 1024 + 5)
  /** Limits the wait for an S3 that has stopped. */
  const shortDeadline = { S3PROXY_S3_DEADLINE_MS: '2000' }
  const fetch = (args: string[], env: Record<string, string> = {}) =>
    run(['fetch', ...args], { ...s3EnvironmentOf(s3), ...shortDeadline, ...env }, folder)
  /** Makes S3 send this much of the first answer, and nothing after that. */
  const endAfter = (cutAfterBytes: number) =>
    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes, how: 'fin' } : { resetBeforeHead: true }))

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('empty', { body: '' })
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-fetch-'))
    file = join(folder, 'copy')
    s3.put('binary', { body: binary })
  })
  afterEach(() => {
    s3.misbehave(null)
    rmSync(folder, { recursive: true })
  })
  after(() => s3.close())

  it('writes the file, and leaves nothing beside it', async () => {
    const { status, stdout, stderr } = await fetch(['binary', '-o', file])
    assert.deepEqual([status, stdout.length, stderr], [0, 0, ''])
    assert.ok(readFileSync(file).equals(binary))
    assert.deepEqual(readdirSync(folder), ['copy'])
  })

  it('goes on from any byte of an object whose length S3 does not tell, its last one too', async () => {
    for (const haveBytes of [1, 1_000_000, binary.length]) {
      s3.misbehave(({ ordinal }) =>
        ordinal === 1
          ? { chunkedBody: true, cutAfterBytes: haveBytes - 1, how: 'fin' }
          : { resetBeforeHead: true },
      )
      const broken = await fetch(['binary', '-o', file])
      assert.equal(broken.status, 1, broken.stderr)
      assert.equal(existsSync(file), false)
      // The part file begins with the right bytes of the object.
      writeFileSync(`${file}.part`, binary.subarray(0, haveBytes))
      if (haveBytes === 1) {
        const { etag } = s3.put('binary', { body: binary })
        const record = { endpoint: s3.endpoint, key: 'binary', range: '', etag, firstByte: 0 }
        writeFileSync(`${file}.part.json`, JSON.stringify(record))
      }
      s3.misbehave({ chunkedBody: true })
      const { status, stderr } = await fetch(['binary', '-o', file, '--continue', '--verify'])
      assert.deepEqual([status, existsSync(`${file}.part`)], [0, false], stderr)
      assert.ok(readFileSync(file).equals(binary))
      rmSync(file)
    }
  })

  it('takes an object whose length S3 does not tell, to a file and to stdout', async () => {
    s3.misbehave({ chunkedBody: true })
    assert.equal((await fetch(['binary', '-o', file])).status, 0)
    assert.ok(readFileSync(file).equals(binary))
    const { status, stdout } = await fetch(['binary', '--range', '5-9'])
    assert.deepEqual([status, stdout], [0, binary.subarray(5, 10)])
    assert.match((await fetch(['binary', '--head'])).stdout.toString(), /^200\n(?!.*content-length)/s)
  })

  it('writes an empty file for an object without bytes', async () => {
    const { status } = await fetch(['empty', '-o', file])
    assert.equal(status, 0)
    assert.equal(statSync(file).size, 0)
    assert.deepEqual(readdirSync(folder), ['copy'])
  })

  it('takes a relative name, and - for stdout', async () => {
    await fetch(['binary', '-o', 'relative'])
    assert.ok(readFileSync(join(folder, 'relative')).equals(binary))
    const { stdout } = await fetch(['binary', '-o', '-'])
    assert.ok(stdout.equals(binary))
    assert.deepEqual(readdirSync(folder), ['relative'])
  })

  it('replaces a file, with its permissions, only when the new one is complete', async () => {
    writeFileSync(file, 'old')
    chmodSync(file, 0o640)
    endAfter(1024 * 1024)
    assert.equal((await fetch(['binary', '-o', file])).status, 1)
    assert.equal(readFileSync(file, 'utf8'), 'old')
    assert.equal(statSync(`${file}.part`).mode & 0o777, 0o640)
    s3.misbehave(null)
    assert.equal((await fetch(['binary', '-o', file])).status, 0)
    assert.ok(readFileSync(file).equals(binary))
    assert.equal(statSync(file).mode & 0o777, 0o640)
  })

  it('leaves a symbolic link, and replaces what it leads to', async () => {
    mkdirSync(join(folder, 'elsewhere'))
    const target = join(folder, 'elsewhere/target')
    writeFileSync(target, 'old')
    symlinkSync(target, file)
    assert.equal((await fetch(['binary', '-o', file])).status, 0)
    assert.ok(lstatSync(file).isSymbolicLink())
    assert.ok(readFileSync(target).equals(binary))
    assert.deepEqual(readdirSync(join(folder, 'elsewhere')), ['target'])
  })

  it('never writes through a link that stands where the part belongs', async () => {
    writeFileSync(join(folder, 'victim'), 'precious')
    symlinkSync(join(folder, 'victim'), `${file}.part`)
    symlinkSync(join(folder, 'victim'), `${file}.part.json`)
    assert.equal((await fetch(['binary', '-o', file])).status, 0)
    assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'precious')
    assert.ok(!lstatSync(file).isSymbolicLink())
  })

  it('touches no file when S3 does not serve the object', async () => {
    writeFileSync(file, 'old')
    writeFileSync(`${file}.part`, 'left')
    const { status } = await fetch(['nothing', '-o', file])
    assert.equal(status, 22)
    assert.equal(readFileSync(file, 'utf8'), 'old')
    assert.equal(readFileSync(`${file}.part`, 'utf8'), 'left')
  })

  it('writes into a device as it is', async () => {
    const { status } = await fetch(['binary', '-o', '/dev/null'])
    assert.equal(status, 0)
    assert.ok(lstatSync('/dev/null').isCharacterDevice())
  })

  it('writes into a named pipe', async () => {
    execFileSync('mkfifo', [file])
    const reader = spawn('cat', [file], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pieces: Buffer[] = []
    reader.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    const read = once(reader, 'close')
    const { status } = await fetch(['binary', '-o', file])
    await read
    assert.equal(status, 0)
    assert.ok(Buffer.concat(pieces).equals(binary))
    assert.ok(lstatSync(file).isFIFO())
  })

  for (const [what, path, expected] of [
    ['a folder', '.', /it is a folder; name a file in it/],
    ['a name that ends in a slash', 'new/', /it is a folder/],
    ['a folder that is not there', 'nowhere/copy', /there is no such folder/],
    ['a file used as a folder', 'a-file/copy', /not a directory/],
    ['nothing', '', /expected the name of a file/],
  ] as const) {
    it(`exits 2 for ${what}, before S3 is asked`, async () => {
      writeFileSync(join(folder, 'a-file'), '')
      const before = s3.requestCount
      const { status, stderr } = await fetch(['binary', '--output', path])
      assert.equal(status, 2)
      assert.match(stderr, /^s3proxy: --output.*\n$/)
      assert.match(stderr, expected)
      assert.equal(s3.requestCount, before)
    })
  }

  it('exits 1 when the disk is full, and says so', async () => {
    const { status, stderr } = await fetch(['binary', '-o', '/dev/full'])
    assert.equal(status, 1)
    assert.match(stderr, /^s3proxy: cannot write: ENOSPC.*\n$/)
  })

  it('exits 1 when stdout is on a full disk', async () => {
    const shell = spawn('sh', ['-c', `"$0" "$1" fetch binary > /dev/full`, process.execPath, program], {
      env: { ...bareEnv, ...s3EnvironmentOf(s3) },
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    let stderr = ''
    shell.stderr.on('data', (text) => {
      stderr += text
    })
    const [status] = await once(shell, 'close')
    assert.equal(status, 1)
    assert.match(stderr, /cannot write: ENOSPC/)
  })

  describe('that ended too early', () => {
    it('keeps its part, with a record beside it, and the file does not appear', async () => {
      endAfter(1024 * 1024)
      const { status, stderr } = await fetch(['binary', '-o', file])
      assert.equal(status, 1)
      assert.match(stderr, /; 1\.0 MiB are kept in .*copy\.part: --continue goes on from there.*\n$/)
      assert.ok(!existsSync(file))
      assert.ok(readFileSync(`${file}.part`).equals(binary.subarray(0, 1024 * 1024)))
      const record = JSON.parse(readFileSync(`${file}.part.json`, 'utf8'))
      assert.equal(record.key, 'binary')
      assert.equal(record.sizeBytes, binary.length)
      assert.ok(!JSON.stringify(record).includes(s3.secretAccessKey))
    })

    it('is gone on with: only the rest is asked for, only of that version', async () => {
      endAfter(1024 * 1024)
      await fetch(['binary', '-o', file])
      s3.misbehave(null)
      const before = s3.requestCount
      const { status, stderr } = await fetch(['binary', '-o', file, '--continue'])
      assert.deepEqual([status, stderr], [0, ''])
      assert.ok(readFileSync(file).equals(binary))
      assert.deepEqual(readdirSync(folder), ['copy'])
      const asked = s3.requests.slice(before)
      assert.deepEqual(
        asked.map(({ headers }) => headers.range),
        [`bytes=${1024 * 1024}-${binary.length - 1}`],
      )
      assert.match(String(asked[0]?.headers['if-match']), /^"[0-9a-f]{32}"$/)
    })

    it('is gone on with again and again', async () => {
      for (const bytes of [700_000, 600_000, 500_000]) {
        endAfter(bytes)
        assert.equal((await fetch(['binary', '-o', file, '-C'])).status, 1)
      }
      assert.equal(statSync(`${file}.part`).size, 1_800_000)
      s3.misbehave(null)
      assert.equal((await fetch(['binary', '-o', file, '-C'])).status, 0)
      assert.ok(readFileSync(file).equals(binary))
    })

    it('is gone on with within its range', async () => {
      endAfter(100_000)
      await fetch(['binary', '-o', file, '--range', '1000-999999'])
      s3.misbehave(null)
      const before = s3.requestCount
      assert.equal((await fetch(['binary', '-o', file, '--range', '1000-999999', '-C'])).status, 0)
      assert.ok(readFileSync(file).equals(binary.subarray(1000, 1_000_000)))
      assert.equal(s3.requests[before]?.headers.range, 'bytes=101000-999999')
    })

    it('exits 22 when the object was replaced meanwhile, and keeps everything as it is', async () => {
      endAfter(1024 * 1024)
      await fetch(['binary', '-o', file])
      s3.misbehave(null)
      s3.put('binary', { body: randomBytes(binary.length) })
      const { status, stderr } = await fetch(['binary', '-o', file, '-C'])
      assert.equal(status, 22)
      assert.match(stderr, /^s3proxy: 412: the object was replaced .* leave out --continue/)
      assert.ok(!existsSync(file))
      assert.equal(statSync(`${file}.part`).size, 1024 * 1024)
    })

    it('starts anew without --continue', async () => {
      endAfter(1024 * 1024)
      await fetch(['binary', '-o', file])
      s3.misbehave(null)
      const before = s3.requestCount
      assert.equal((await fetch(['binary', '-o', file])).status, 0)
      assert.equal(s3.requests[before]?.headers.range, undefined)
      assert.ok(readFileSync(file).equals(binary))
      assert.deepEqual(readdirSync(folder), ['copy'])
    })

    it('starts anew with a note when the part is of another object, another range, or unknown', async () => {
      s3.put('other', { body: binary })
      endAfter(1024 * 1024)
      await fetch(['other', '-o', file])
      s3.misbehave(null)
      const other = await fetch(['binary', '-o', file, '-C'])
      assert.match(
        other.stderr,
        /^s3proxy: cannot go on from .*: it is a part of another object; starting anew\n$/,
      )
      assert.equal(other.status, 0)

      endAfter(1024)
      await fetch(['binary', '-o', file, '--range', '0-9999'])
      s3.misbehave(null)
      const range = await fetch(['binary', '-o', file, '-C'])
      assert.match(range.stderr, /another range/)
      assert.ok(readFileSync(file).equals(binary))

      writeFileSync(`${file}.part`, 'foreign')
      const unknown = await fetch(['binary', '-o', file, '-C'])
      assert.match(unknown.stderr, /is missing or broken; starting anew/)
      assert.ok(readFileSync(file).equals(binary))
    })

    it('is completed without asking for bytes when all of them had come', async () => {
      endAfter(1024 * 1024)
      await fetch(['binary', '-o', file])
      s3.misbehave(null)
      writeFileSync(`${file}.part`, binary)
      const before = s3.requestCount
      assert.equal((await fetch(['binary', '-o', file, '-C'])).status, 0)
      assert.ok(readFileSync(file).equals(binary))
      assert.equal(s3.requestCount, before)
    })

    it('keeps nothing that nobody could go on from', async () => {
      s3.put('anonymous', { body: binary, etag: null })
      endAfter(1024 * 1024)
      const { status, stderr } = await fetch(['anonymous', '-o', file])
      assert.equal(status, 1)
      assert.ok(!stderr.includes('--continue'))
      assert.deepEqual(readdirSync(folder), [])
    })

    it('does not harm the download of another process into the same file', async () => {
      s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: 1024, how: 'stall' } : undefined))
      const slow = start(['fetch', 'binary', '-o', file], s3EnvironmentOf(s3), folder)
      await s3.requestsReach(s3.requestCount + 1)
      await eventually(async () => existsSync(`${file}.part.json`), Boolean)
      const quick = await fetch(['binary', '-o', file])
      assert.equal(quick.status, 0)
      slow.child.kill('SIGTERM')
      await slow.outcome
      assert.ok(readFileSync(file).equals(binary))
      assert.deepEqual(readdirSync(folder), ['copy'])
    })
  })

  describe('and a signal', () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`ends by ${signal}, and keeps the part`, async () => {
        s3.misbehave({ cutAfterBytes: 1024 * 1024, how: 'stall' })
        const running = start(['fetch', 'binary', '-o', file], s3EnvironmentOf(s3), folder)
        await eventually(
          async () => statSync(`${file}.part`, { throwIfNoEntry: false })?.size,
          (size) => size === 1024 * 1024,
        )
        running.child.kill(signal)
        const outcome = await running.outcome
        assert.equal(outcome.signal, signal)
        assert.match(
          outcome.stderr,
          /^s3proxy: stopped before the object was complete; 1\.0 MiB are kept in /,
        )
        s3.misbehave(null)
        assert.equal((await fetch(['binary', '-o', file, '-C'])).status, 0)
        assert.ok(readFileSync(file).equals(binary))
      })
    }

    it('ends by it before S3 has answered', async () => {
      s3.misbehave({ stallBeforeHead: true })
      const asked = s3.requestCount + 1
      const running = start(['fetch', 'binary'], s3EnvironmentOf(s3), folder)
      await s3.requestsReach(asked)
      running.child.kill('SIGINT')
      const { signal, stderr } = await running.outcome
      assert.equal(signal, 'SIGINT')
      assert.match(stderr, /^s3proxy: stopped before the object was complete\n$/)
    })
  })
})
