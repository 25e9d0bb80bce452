import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { emptyFolder } from '../helpers/config/file-with.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { run } from '../helpers/proxy/run-program.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { s3EnvironmentOf } from '../helpers/stage/environment.ts'

describe('s3proxy fetch KEY', () => {
  let s3: S3StandIn
  const fetch = (args: string[], env: Record<string, string> = {}) =>
    run(['fetch', ...args], { ...s3EnvironmentOf(s3), ...env })
  const binary = randomBytes(3 * 1024 * 1024 + 17)

  before(async () => {
    s3 = await startS3StandIn()
    s3.put('binary', { body: binary })
    s3.put('hello.txt', { body: 'hello\n', contentType: 'text/plain' })
    s3.put('empty', { body: '' })
    s3.put('a folder/üñí+code %2F', { body: 'unicode' })
    s3.put('/leading', { body: 'slash' })
    s3.put('-dash', { body: 'dash' })
  })
  after(() => s3.close())
  afterEach(() => s3.misbehave(null))

  it('writes the bytes to stdout, and nothing to stderr', async () => {
    const { status, stdout, stderr } = await fetch(['binary'])
    assert.equal(stderr, '')
    assert.ok(stdout.equals(binary))
    assert.equal(status, 0)
  })

  it('writes an object without bytes', async () => {
    const { status, stdout, stderr } = await fetch(['empty'])
    assert.deepEqual([status, stdout.length, stderr], [0, 0, ''])
  })

  for (const [key, body] of [
    ['a folder/üñí+code %2F', 'unicode'],
    ['/leading', 'slash'],
  ] as const) {
    it(`takes KEY as it is: ${key}`, async () => {
      const { status, stdout } = await fetch([key])
      assert.deepEqual([status, stdout.toString()], [0, body])
    })
  }

  it('takes a key that starts with a dash behind --', async () => {
    const { status, stdout } = await fetch(['--', '-dash'])
    assert.deepEqual([status, stdout.toString()], [0, 'dash'])
  })

  for (const [range, first, end] of [
    ['0-99', 0, 100],
    ['100-', 100, binary.length],
    ['-5', binary.length - 5, binary.length],
  ] as const) {
    it(`gives the bytes of --range ${range}`, async () => {
      const { status, stdout } = await fetch(['binary', `--range=${range}`])
      assert.equal(status, 0)
      assert.ok(stdout.equals(binary.subarray(first, end)))
    })
  }

  it('prints the head with --head, and does not ask for the body', async () => {
    const before = s3.requestCount
    const { status, stdout } = await fetch(['hello.txt', '--head'])
    assert.equal(status, 0)
    const lines = stdout.toString().split('\n')
    assert.equal(lines[0], '200')
    assert.ok(lines.includes('content-type: text/plain'))
    assert.ok(lines.includes('content-length: 6'))
    assert.deepEqual(
      s3.requests.slice(before).map(({ method }) => method),
      ['HEAD'],
    )
  })

  it('prints the head on stderr with --verbose', async () => {
    const { status, stdout, stderr } = await fetch(['hello.txt', '--verbose'])
    assert.deepEqual([status, stdout.toString()], [0, 'hello\n'])
    assert.match(stderr, /^200\n(?:.+\n)*content-length: 6\n/)
  })

  it('says that the version is the same with --if-none-match, quotes or not, and exits 0', async () => {
    const md5 = createHash('md5').update('hello\n').digest('hex')
    for (const etag of [md5, `"${md5}"`]) {
      const { status, stdout, stderr } = await fetch(['hello.txt', '--if-none-match', etag])
      assert.deepEqual([status, stdout.length], [0, 0])
      assert.match(stderr, /^s3proxy: not modified: .*\n$/)
    }
    const quiet = await fetch(['hello.txt', '--quiet', '--if-none-match', md5])
    assert.deepEqual([quiet.status, quiet.stderr], [0, ''])
    const other = await fetch(['hello.txt', '--if-none-match', '"other"'])
    assert.deepEqual([other.status, other.stdout.toString()], [0, 'hello\n'])
  })

  it('needs neither Redis nor SSO, and does not look at what is said of them', async () => {
    const { status } = await fetch(['hello.txt'], { REDIS_URL: 'nonsense', SSO_URL: 'nonsense', PORT: 'x' })
    assert.equal(status, 0)
  })

  it('exits 22 when there is no such object', async () => {
    const { status, stdout, stderr } = await fetch(['nothing'])
    assert.deepEqual([status, stdout.length], [22, 0])
    assert.match(stderr, /^s3proxy: 404: there is no such object; .*s3\.endpoint\n$/)
  })

  it('exits 22 when S3 denies the object', async () => {
    s3.misbehave({ error: 403, code: 'AccessDenied' })
    const { status, stderr } = await fetch(['hello.txt'])
    assert.equal(status, 22)
    assert.match(stderr, /^s3proxy: 403: .*s3:ListBucket.*\n$/)
  })

  it('exits 22 when the range lies outside', async () => {
    const { status, stdout, stderr } = await fetch(['hello.txt', '--range', '100-'])
    assert.deepEqual([status, stdout.length], [22, 0])
    assert.match(stderr, /^s3proxy: 416: .*bytes \*\/6/)
  })

  it('exits 1 when S3 ignores the range, and writes nothing', async () => {
    s3.misbehave({ rawHead: 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\netag: "a"\r\n\r\nhello\n' })
    const { status, stdout, stderr } = await fetch(['hello.txt', '--range', '1-2'])
    assert.deepEqual([status, stdout.length], [1, 0])
    assert.match(stderr, /^s3proxy: S3 sent the whole object instead of the range/)
  })

  for (const [what, env, advice] of [
    [
      'the secret is wrong',
      { AWS_SECRET_ACCESS_KEY: 'wrong' },
      /AWS_SECRET_ACCESS_KEY.*\[S3_CREDENTIALS\]\n$/,
    ],
    ['the region is wrong', { AWS_S3_REGION: 'us-east-1' }, /AWS_S3_REGION.*\[S3_CREDENTIALS\]\n$/],
    ['nobody listens', { AWS_S3_ENDPOINT: 'http://127.0.0.1:1/b/' }, /\[S3_UNAVAILABLE\]\n$/],
    [
      'there are no credentials at all',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
      /no AWS credentials: set AWS_ACCESS_KEY_ID.*\[S3_CREDENTIALS\]\n$/,
    ],
  ] as const) {
    it(`exits 1 with one line when ${what}`, async () => {
      const { status, stdout, stderr } = await fetch(['hello.txt'], env)
      assert.match(stderr, advice)
      assert.equal(stderr.split('\n').length, 2)
      assert.deepEqual([status, stdout.length], [1, 0])
    })
  }

  it('takes credentials from the AWS default chain when no key is configured', async (t) => {
    const home = emptyFolder(t)
    mkdirSync(join(home, '.aws'))
    const keys = `aws_access_key_id=${s3.accessKeyId}\naws_secret_access_key=${s3.secretAccessKey}\n`
    writeFileSync(join(home, '.aws/credentials'), `[reader]\n${keys}`)
    const noKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    const env = { ...s3EnvironmentOf(s3), ...noKeys, AWS_PROFILE: 'reader', HOME: home }
    const { status, stdout, stderr } = await run(['fetch', 'hello.txt'], env, home)
    assert.deepEqual([status, stdout.toString(), stderr], [0, 'hello\n', ''])
  })

  it('names the variable that is set when S3 cannot be reached', async () => {
    const port = await findFreePort()
    const given = { AWS_S3_ENDPOINT: '', S3PROXY_S3_ENDPOINT: `http://127.0.0.1:${port}/bucket/` }
    const { status, stderr } = await fetch(['hello.txt', '--set', 's3.deadlineMs=500'], given)
    assert.equal(status, 1)
    assert.match(stderr, /check s3\.endpoint \(S3PROXY_S3_ENDPOINT\)/)
  })

  it('runs nothing that the .env of a folder names by an AWS configuration', async (t) => {
    const folder = emptyFolder(t)
    const [config, marker, preload] = ['config', 'marker', 'preload.cjs'].map((name) => join(folder, name))
    writeFileSync(config as string, `[default]\ncredential_process = touch ${marker}\n`)
    writeFileSync(preload as string, `require('node:fs').writeFileSync('${marker}', '')\n`)
    const lines = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'].map((name) => `${name}=${config}\n`)
    lines.push('AWS_PROFILE=default\n', `NODE_OPTIONS=--require=${preload}\n`)
    const env = { ...s3EnvironmentOf(s3), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    const ran = async (more: Record<string, string> = {}) => {
      const { status } = await run(['fetch', 'hello.txt'], { ...env, ...more }, folder)
      assert.equal(status, 1)
      return existsSync(marker as string)
    }
    writeFileSync(join(folder, '.env'), lines.join(''))
    assert.equal(await ran(), false)
    assert.equal(await ran({ AWS_CONFIG_FILE: config as string }), true, 'in the environment it would')
  })

  for (const [what, args] of [
    ['no key', []],
    ['an empty key', ['']],
    ['a key with a segment ..', ['a/../b']],
    ['two keys', ['a', 'b']],
    ['an unknown option', ['hello.txt', '--colour']],
    ['a range that ends before it begins', ['hello.txt', '--range', '5-2']],
    ['a range with its unit', ['hello.txt', '--range', 'bytes=0-1']],
    ['several ranges', ['hello.txt', '--range', '0-1,3-4']],
    ['an ETag that would be another header', ['hello.txt', '--if-none-match', 'a\r\nx: y']],
    ['--head with --output', ['hello.txt', '--head', '--output', '/tmp/none']],
    ['--range with --verify', ['hello.txt', '--range', '0-1', '--verify']],
    ['--continue without --output', ['hello.txt', '--continue']],
    ['--set without a value', ['hello.txt', '--set', 's3.region']],
    ['--config without such a file', ['hello.txt', '--config', '/nonexistent.json']],
  ] as const) {
    it(`exits 2 for ${what}, and asks nothing of S3`, async () => {
      const before = s3.requestCount
      const { status, stdout, stderr } = await fetch([...args])
      assert.notEqual(stderr, '')
      assert.deepEqual([status, stdout.length, s3.requestCount - before], [2, 0, 0])
    })
  }

  it('exits 2 and lists every problem of the s3 part', async () => {
    const { status, stderr } = await fetch(['hello.txt'], { AWS_S3_REGION: '', AWS_S3_ENDPOINT: 'x' })
    assert.equal(status, 2)
    assert.match(
      stderr,
      /^s3proxy: 2 problems in the configuration \[CONFIG_INVALID\]:\n {2}s3\.region.*\n {2}s3\.endpoint.*\n$/,
    )
  })

  it('heals a body that S3 cuts, and tells of it with --verbose', async () => {
    for (const how of ['reset', 'fin'] as const) {
      s3.misbehave(({ ordinal }) =>
        ordinal <= 3 ? { cutAfterBytes: 1024 * 1024 + ordinal, how } : undefined,
      )
      const { status, stdout, stderr } = await fetch(['binary', '--verbose'])
      assert.equal(status, 0)
      assert.ok(stdout.equals(binary))
      assert.match(stderr, /S3 broke off \d times, and was asked for the rest\n$/)
    }
  })

  it('exits 1 when the body cannot be healed', async () => {
    s3.misbehave(({ ordinal }) => (ordinal === 1 ? { cutAfterBytes: 2 } : { resetBeforeHead: true }))
    const { status, stdout, stderr } = await fetch(['hello.txt'], { S3PROXY_S3_MAX_ATTEMPTS: '1' })
    assert.deepEqual([status, stdout.toString()], [1, 'he'])
    assert.match(stderr, /^s3proxy: .* \[S3_\w+\]\n$/)
  })

  it('exits 1 when the object is replaced midway, and never mixes two versions', async () => {
    s3.put('replaced', { body: 'a'.repeat(1024 * 1024) })
    s3.misbehave(({ ordinal }) =>
      ordinal === 1
        ? { cutAfterBytes: 512 * 1024 }
        : ordinal === 2
          ? { replaceObject: 'b'.repeat(1024 * 1024) }
          : undefined,
    )
    const { status, stdout, stderr } = await fetch(['replaced'])
    assert.equal(status, 1)
    assert.ok(!stdout.includes('b'))
    assert.ok(stdout.length <= 512 * 1024)
    assert.match(stderr, /replaced/)
  })
})
