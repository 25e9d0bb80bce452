import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { bareEnv, program } from '../helpers/proxy/proxy-process.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { s3EnvironmentOf } from '../helpers/stage/environment.ts'

describe('s3proxy fetch in a shell', () => {
  let s3: S3StandIn
  let folder: string
  const sizeBytes = 64 * 1024 * 1024

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('large', { body: { sizeBytes, seed: 7 } })
    s3.put('text', { body: 'one\ntwo\nthree\n' })
    folder = mkdtempSync(join(tmpdir(), 's3proxy-shell-'))
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await s3.close()
  })

  /** Runs a line of bash, with the built program as `s3proxy`. */
  async function bash(line: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const define = `s3proxy() { "${process.execPath}" "${program}" "$@"; }`
    const child = spawn('bash', ['-c', `set -o pipefail; ${define}; ${line}`], {
      cwd: folder,
      env: { ...bareEnv, ...s3EnvironmentOf(s3) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => {
      stdout += text
    })
    child.stderr.on('data', (text) => {
      stderr += text
    })
    const [status] = await once(child, 'close')
    return { status, stdout, stderr }
  }

  it('is no failure when the reader has enough', async () => {
    const before = s3.requestCount
    assert.deepEqual(await bash('s3proxy fetch large | head -c 1000 | wc -c'), {
      status: 0,
      stdout: '1000\n',
      stderr: '',
    })
    await s3.requestsSettled()
    // S3 sent only a part of the object.
    assert.ok((s3.requests[before]?.bodyBytesSent ?? 0) < sizeBytes / 2)
  })

  it('is no failure when the reader wants nothing at all', async () => {
    const { status, stderr } = await bash('s3proxy fetch large | true')
    assert.deepEqual([status, stderr], [0, ''])
  })

  it('is no failure of --help, --head and check-config either', async () => {
    for (const line of ['fetch --help | true', 'fetch text --head | true', 'check-config --json | true']) {
      const { stderr } = await bash(`s3proxy ${line}`)
      assert.equal(stderr, '', line)
    }
  })

  it('waits for a slow reader, and delivers everything', async () => {
    const { status, stdout } = await bash(
      's3proxy fetch large | (sleep 0.3; sha256sum); s3proxy fetch large | sha256sum',
    )
    const [slow, quick] = stdout.trim().split('\n')
    assert.equal(status, 0)
    assert.equal(slow, quick)
  })

  it('appends to a file that the shell has opened', async () => {
    const { status } = await bash('echo zero > all; s3proxy fetch text >> all; s3proxy fetch text >> all')
    assert.equal(status, 0)
    assert.equal(readFileSync(join(folder, 'all'), 'utf8'), 'zero\none\ntwo\nthree\none\ntwo\nthree\n')
  })

  describe('where files may only grow to 1 MiB', () => {
    // The kernel does the write across the limit only in part, as on a disk that becomes full.
    const limit = 'ulimit -f 1024; trap "" XFSZ;'
    const body = randomBytes(1024 * 1024 + 10)
    before(() => s3.put('limited', { body }))

    it('exits 1 when the last bytes of stdout found no place', async () => {
      const { status, stderr } = await bash(`${limit} s3proxy fetch limited > cut`)
      assert.match(stderr, /^s3proxy: cannot write: EFBIG/)
      assert.equal(status, 1)
    })

    it('exits 1 and keeps what found a place, so that it can be gone on with', async () => {
      const { status, stderr } = await bash(`${limit} s3proxy fetch limited --output limited`)
      assert.match(stderr, /^s3proxy: cannot write: EFBIG.*; 1\.0 MiB are kept in .*limited\.part/)
      assert.equal(status, 1)
      const before = s3.requestCount
      assert.equal((await bash('s3proxy fetch limited --output limited --continue --verify -q')).status, 0)
      assert.ok(readFileSync(join(folder, 'limited')).equals(body))
      assert.match(
        String(s3.requests[before]?.headers.range ?? s3.requests[before + 1]?.headers.range),
        /^bytes=1048576-/,
      )
    })
  })

  it('takes no more from S3 than its reader takes, and gives all of it in the end', async () => {
    s3.put('huge', { body: { sizeBytes: 512 * 1024 * 1024, seed: 1 } })
    const before = s3.requestCount
    const child = spawn(process.execPath, [program, 'fetch', 'huge'], {
      env: { ...bareEnv, ...s3EnvironmentOf(s3) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = once(child, 'close')
    let lastSent = -1
    const sent = await eventually(
      async () => {
        const [previous, now] = [lastSent, s3.requests[before]?.bodyBytesSent ?? 0]
        lastSent = now
        return { previous, now }
      },
      ({ previous, now }) => now > 0 && now === previous,
    )
    assert.ok(sent.now < 64 * 1024 * 1024, `${sent.now} bytes were sent to a reader that takes nothing`)
    let receivedBytes = 0
    child.stdout.on('data', (piece: Buffer) => {
      receivedBytes += piece.length
    })
    const [status] = await closed
    assert.deepEqual([status, receivedBytes], [0, 512 * 1024 * 1024])
  })

  it('shows progress on a terminal, and ends it with a summary', async (t) => {
    const script = await bash('command -v script')
    if (script.status !== 0) return t.skip('script of util-linux is not installed')
    const line = `"${process.execPath}" "${program}" fetch large --output copy`
    const { status, stdout } = await bash(`script -qec '${line}' /dev/null`)
    assert.equal(status, 0)
    assert.match(stdout, /64\.0 MiB in \d:\d\d, [\d.]+ [KMG]iB\/s\r?\n$/)
    const silent = await bash(`script -qec '${line} --quiet' /dev/null`)
    assert.deepEqual([silent.status, silent.stdout], [0, ''])
  })

  it('shows no progress where the object itself goes to the terminal', async (t) => {
    if ((await bash('command -v script')).status !== 0) return t.skip('script of util-linux is not installed')
    const { stdout } = await bash(`script -qec '"${process.execPath}" "${program}" fetch text' /dev/null`)
    assert.equal(stdout.replaceAll('\r', ''), 'one\ntwo\nthree\n')
  })
})
