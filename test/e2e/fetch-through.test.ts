import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { approveDevice } from '../helpers/clients/approve-device.ts'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { signInAt } from '../helpers/clients/sign-in.ts'
import { emptyFolder } from '../helpers/config/file-with.ts'
import { type RunningProgram, run, start } from '../helpers/proxy/run-program.ts'
import type { OpenidProvider } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { isActive, startTokenProxy, type TokenProxy } from './token-proxy.ts'

const body = randomBytes(700_000)
const etag = `"${createHash('md5').update(body).digest('hex')}"`

interface KeptToken {
  accessToken: string
  refreshToken: string
  renewAt: number
}

describe('s3proxy fetch URL', () => {
  let sso: OpenidProvider
  let proxy: TokenProxy
  let folder: string
  /** The file with a token that every test may begin with. */
  let kept: string

  const fetch = (args: string[], more: Record<string, string> = {}) =>
    run(['fetch', ...args], { XDG_STATE_HOME: folder, ...more })
  const url = () => `${proxy.origin}/reports/a.pdf`
  const pathOfToken = () => join(folder, 's3proxy', readdirSync(join(folder, 's3proxy'))[0] ?? 'none')
  const readToken = () => JSON.parse(readFileSync(pathOfToken(), 'utf8')) as KeptToken
  const changeToken = (change: Partial<KeptToken>) =>
    writeFileSync(pathOfToken(), JSON.stringify({ ...readToken(), ...change }))
  const grantsSince = (count: number) => sso.tokenCalls.slice(count).map(({ grantType }) => grantType)

  before(async () => {
    sso = await startOpenidProvider()
    proxy = await startTokenProxy(sso, { body, etag })
    folder = mkdtempSync(join(tmpdir(), 's3proxy-state-'))
  })
  after(async () => {
    proxy.close()
    await sso.close()
    rmSync(folder, { recursive: true })
  })
  afterEach(() => {
    Object.assign(proxy, { metadata: {}, answer: undefined, cut: { afterBytes: 0, times: 0 } })
  })

  /** Enters the code that the program shows, in a browser. */
  async function approve(program: RunningProgram, isRefused = false): Promise<void> {
    const [, code = ''] = await program.says(/enter the code (\S+)\n/)
    const [, page = ''] = await program.says(/or open (http:\S+)\n/)
    const browser = createHttpClient()
    await approveDevice(browser, page, code, { login: 'ada', isRefused })
    browser.close()
  }

  function begin(args: string[] = [url()], home = folder): RunningProgram {
    return start(['fetch', ...args], { XDG_STATE_HOME: home })
  }

  it('signs in with a code, gives the bytes, and keeps the token where nobody else can read it', async () => {
    const program = begin()
    await approve(program)
    const { status, stdout, stderr } = await program.outcome
    assert.equal(status, 0, stderr)
    assert.ok(stdout.equals(body))
    assert.match(
      stderr,
      new RegExp(`^s3proxy: sign in to fetch from ${proxy.origin}: open ${sso.issuer}/device `),
    )
    const modes = [pathOfToken(), join(folder, 's3proxy')].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    )
    assert.deepEqual(modes, ['600', '700'])
    assert.ok(!stderr.includes(readToken().accessToken))
    kept = readFileSync(pathOfToken(), 'utf8')
  })

  describe('of somebody who has signed in', () => {
    beforeEach(() => {
      assert.ok(kept, 'the first test has signed in')
    })

    it('asks nobody but the proxy, and writes nothing to stderr', async () => {
      const before = sso.calls.discovery
      const { status, stdout, stderr } = await fetch([url()])
      assert.deepEqual([status, stderr, sso.calls.discovery], [0, '', before])
      assert.ok(stdout.equals(body))
    })

    it('has ranges, the head, and --if-none-match', async () => {
      const part = await fetch([url(), '--range', '100-199'])
      assert.ok(part.stdout.equals(body.subarray(100, 200)), part.stderr)
      const head = await fetch([url(), '--head'])
      assert.match(
        head.stdout.toString(),
        /^200\n(?:.+\n)*content-type: application\/pdf\n(?:.+\n)*content-length: 700000\n$/,
      )
      const same = await fetch([url(), '--if-none-match', etag])
      assert.deepEqual([same.status, same.stdout.length], [0, 0])
      assert.match(same.stderr, /^s3proxy: not modified/)
      const outside = await fetch([url(), '--range', '700000-'])
      assert.deepEqual([outside.status, outside.stderr.startsWith('s3proxy: 416: ')], [22, true])
    })

    it('writes a file that appears when it is complete, and continues one that broke off', async (t) => {
      const file = join(emptyFolder(t), 'a.pdf')
      proxy.cut = { afterBytes: 300_000, times: 1 }
      proxy.answer = undefined
      const requests = proxy.requests.length
      const program = begin([url(), '--output', file])
      // The rest is refused, so that the download ends too early.
      await new Promise<void>((resolve) => {
        const look = () => (proxy.requests.length > requests ? resolve() : setImmediate(look))
        look()
      })
      proxy.answer = (_request, response) => void response.writeHead(404).end()
      const broken = await program.outcome
      assert.equal(broken.status, 1)
      assert.match(broken.stderr, /gives no more of the object: 404; .* are kept in .*--continue goes on/)
      assert.equal(existsSync(file), false)
      proxy.answer = undefined
      const { status, stderr } = await fetch([url(), '--output', file, '--continue', '--verify'])
      assert.deepEqual(
        [status, stderr],
        [0, 's3proxy: the object is what the proxy says it is, by its MD5 of the ETag\n'],
      )
      assert.ok(readFileSync(file).equals(body))
      assert.match(proxy.requests.at(-1)?.headers.range ?? '', /^bytes=[1-9]\d*-699999$/)
    })

    it('heals a body that breaks off, and tells of it with --verbose', async () => {
      proxy.cut = { afterBytes: 200_000, times: 2 }
      const { status, stdout, stderr } = await fetch([url(), '--verbose'])
      assert.equal(status, 0, stderr)
      assert.ok(stdout.equals(body))
      assert.match(stderr, /the proxy broke off 2 times, and was asked for the rest\n$/)
    })

    it('exits 4 when the ETag does not prove the bytes, and says why', async () => {
      const kms = `"${'0'.repeat(32)}"`
      proxy.answer = (_request, response) =>
        void response.writeHead(200, { etag: kms, 'content-length': 6 }).end('served')
      const other = await fetch([url(), '--verify'])
      assert.deepEqual([other.status, other.stdout.toString()], [4, 'served'])
      assert.match(other.stderr, /^s3proxy: not verified: the object has another MD5 of the ETag, .* KMS\n$/)
      proxy.answer = (_request, response) =>
        void response.writeHead(200, { etag: '"parts-2"', 'content-length': 6 }).end('served')
      const none = await fetch([url(), '--verify'])
      assert.deepEqual([none.status, none.stdout.toString()], [4, 'served'])
      assert.match(none.stderr, /^s3proxy: cannot verify: the proxy has no checksum .*\n$/)
    })

    it('exits 22 with the line of the proxy when it does not serve the object', async () => {
      proxy.answer = (_request, response) =>
        void response
          .writeHead(404, { 'content-type': 'text/plain' })
          .end('404 Not found. [OBJECT_NOT_FOUND]\n')
      const { status, stdout, stderr } = await fetch([url()])
      assert.deepEqual(
        [status, stdout.length, stderr],
        [22, 0, 's3proxy: 404: Not found. [OBJECT_NOT_FOUND]\n'],
      )
    })

    it('gets another token ahead of the end, and asks for it once when two commands run', async () => {
      changeToken({ renewAt: 0 })
      const { refreshToken } = readToken()
      const before = sso.tokenCalls.length
      const [one, other] = await Promise.all([fetch([url()]), fetch([url()])])
      assert.deepEqual([one.status, other.status, one.stderr + other.stderr], [0, 0, ''])
      assert.ok(one.stdout.equals(body) && other.stdout.equals(body))
      assert.deepEqual(grantsSince(before), ['refresh_token'])
      assert.notEqual(readToken().refreshToken, refreshToken)
      assert.ok(readToken().renewAt > Date.now())
    })

    it('gets another token when the proxy does not take the one it has', async () => {
      sso.revokeTokens()
      const before = sso.tokenCalls.length
      const { status, stdout, stderr } = await fetch([url()])
      assert.deepEqual([status, stderr, grantsSince(before)], [0, '', ['refresh_token']])
      assert.ok(stdout.equals(body))
    })

    it('goes on with a token that is valid while the SSO is away', async () => {
      changeToken({ renewAt: 0 })
      proxy.answer = (_request, response) => void response.end('served')
      await sso.close()
      const { status, stdout, stderr } = await fetch([url()])
      await sso.open()
      assert.deepEqual([status, stdout.toString(), stderr], [0, 'served', ''])
    })

    for (const [what, damage, expected] of [
      [
        'others can read the file',
        (path: string) => chmodSync(path, 0o644),
        /other users can use it \(mode 644\); chmod 600/,
      ],
      [
        'the folder is open to others',
        () => chmodSync(join(folder, 's3proxy'), 0o777),
        /mode 777\); chmod 700/,
      ],
      [
        'the file is a link',
        (path: string) => {
          renameSync(path, join(folder, 'elsewhere'))
          symlinkSync(join(folder, 'elsewhere'), path)
        },
        /it is a link/,
      ],
    ] as const) {
      it(`exits 1 and sends no token when ${what}`, async () => {
        const path = pathOfToken()
        const text = readFileSync(path)
        damage(path)
        const before = proxy.requests.length
        const { status, stdout, stderr } = await fetch([url()])
        chmodSync(join(folder, 's3proxy'), 0o700)
        rmSync(path, { force: true })
        writeFileSync(path, text, { mode: 0o600 })
        assert.match(stderr, expected)
        assert.deepEqual(
          [status, stdout.length, stderr.split('\n').length, proxy.requests.length - before],
          [1, 0, 2, 0],
        )
      })
    }

    it('ends by SIGINT while it waits for the person', async (t) => {
      const home = emptyFolder(t)
      const program = begin([url()], home)
      await program.says(/enter the code/)
      const startedAtMs = performance.now()
      program.child.kill('SIGINT')
      const { signal, stdout } = await program.outcome
      assert.deepEqual([signal, stdout.length, existsSync(join(home, 's3proxy'))], ['SIGINT', 0, false])
      assert.ok(performance.now() - startedAtMs < 2000)
    })

    it('signs out: the SSO revokes the token, and the file is gone', async () => {
      const { accessToken } = readToken()
      assert.equal(await isActive(sso, accessToken), true)
      const path = pathOfToken()
      const { status, stderr } = await fetch([url(), '--sign-out'])
      assert.deepEqual(
        [status, stderr],
        [0, `s3proxy: signed out of ${proxy.origin}: the token is revoked and forgotten\n`],
      )
      assert.deepEqual([await isActive(sso, accessToken), existsSync(path)], [false, false])
      const again = await fetch([proxy.origin, '--sign-out'])
      assert.deepEqual([again.status, again.stderr], [0, `s3proxy: nobody is signed in at ${proxy.origin}\n`])
    })
  })

  it('says that the sign in was refused', async () => {
    const program = begin()
    await approve(program, true)
    const { status, stdout, stderr } = await program.outcome
    assert.deepEqual([status, stdout.length], [1, 0])
    assert.match(stderr, /gives no token: access_denied: the sign in was refused\n$/)
  })

  it('signs in with a browser on this machine where the SSO has no device flow', async (t) => {
    const client = { grant_types: ['authorization_code', 'refresh_token'] }
    const other = await startOpenidProvider({ hasNoDeviceFlow: true, clients: { device: client } })
    t.after(() => other.close())
    const front = await startTokenProxy(other, { body, etag })
    t.after(() => front.close())
    const program = begin([`${front.origin}/a`])
    t.after(() => program.child.kill())
    const [, page = ''] = await program.says(/^s3proxy: (http:\S+)\n/m)
    const browser = createHttpClient()
    t.after(() => browser.close())
    const answer = await browser.request(await signInAt(browser, page, { login: 'ada' }))
    const { status, stdout, stderr } = await program.outcome
    assert.deepEqual([answer.status, answer.text.includes('Signed in')], [200, true])
    assert.equal(status, 0, stderr)
    assert.ok(stdout.equals(body))
  })

  it('sends the token of S3PROXY_TOKEN, keeps it nowhere, and asks nobody to sign in', async (t) => {
    const home = emptyFolder(t)
    const own = { XDG_STATE_HOME: home, S3PROXY_TOKEN: 'a-token-of-CI' }
    proxy.answer = (request, response) =>
      void response.end(request.headers.authorization === 'Bearer a-token-of-CI' ? 'served' : 'no')
    const { status, stdout } = await fetch([url()], own)
    assert.deepEqual([status, stdout.toString(), readdirSync(home)], [0, 'served', []])
    proxy.answer = undefined
    const refused = await fetch([url()], own)
    assert.equal(refused.status, 1)
    assert.match(
      refused.stderr,
      /^s3proxy: the proxy does not take the token of S3PROXY_TOKEN \(invalid_token\): .*\n$/,
    )
    const broken = await fetch([url()], { ...own, S3PROXY_TOKEN: 'two words' })
    assert.equal(broken.status, 2)
  })

  for (const [what, set, expected] of [
    [
      'the metadata are those of another resource',
      () => Object.assign(proxy.metadata, { resource: 'https://assets.example.com' }),
      /are those of another resource, https:\/\/assets\.example\.com\n$/,
    ],
    [
      'the SSO calls itself otherwise',
      () => Object.assign(proxy.metadata, { authorization_servers: [`${sso.issuer}/`] }),
      /names the issuer http:\S+, but authorization_servers of the proxy is http:\S+\/ \[SSO_BAD_ANSWER\]\n$/,
    ],
    [
      'the proxy names no client',
      () => Object.assign(proxy.metadata, { client_id: undefined }),
      /names no client for terminals: set bearer\.terminalClientId of the proxy, or give --client-id\n$/,
    ],
    [
      'the SSO does not know the client',
      () => Object.assign(proxy.metadata, { client_id: 'nobody' }),
      /invalid_client: .*bearer\.terminalClientId/,
    ],
    [
      'it is led to another host',
      () => {
        proxy.answer = (_request, response) =>
          void response.writeHead(302, { location: 'https://sso.example.com/authorize?state=canary' }).end()
      },
      /redirects to https:\/\/sso\.example\.com, where the token must not go/,
    ],
    [
      'the proxy takes no tokens',
      () => {
        proxy.answer = (_request, response) =>
          void response.writeHead(401, { 'www-authenticate': 'Cookie realm="s3proxy"' }).end('<html>canary')
      },
      /answers 401, and takes no tokens of programs: bearer\.accept/,
    ],
    [
      'the proxy cannot be reached',
      () => {
        proxy.answer = (request) => void request.socket.destroy()
      },
      /cannot be asked: /,
    ],
  ] as const) {
    it(`exits 1 with one line when ${what}`, async () => {
      set()
      const { status, stdout, stderr } = await fetch([url()])
      assert.match(stderr, expected)
      assert.doesNotMatch(stderr, /canary/)
      assert.deepEqual([status, stdout.length, stderr.split('\n').length], [1, 0, 2])
    })
  }

  for (const [what, args] of [
    ['a URL whose token anybody could read', ['http://assets.example.com/a']],
    ['a URL with a password', ['https://a:b@127.0.0.1/a']],
    ['--config with a URL', ['https://127.0.0.1/a', '--config', '/nonexistent.json']],
    ['--set with a URL', ['https://127.0.0.1/a', '--set', 's3.region=a']],
    ['--continue without --output', ['https://127.0.0.1/a', '--continue']],
    ['--sign-out with a key', ['reports/a.pdf', '--sign-out']],
    ['--client-id with a key', ['reports/a.pdf', '--client-id', 'a']],
  ] as const) {
    it(`exits 2 for ${what}`, async () => {
      const { status, stdout, stderr } = await fetch([...args])
      assert.deepEqual([status, stdout.length, stderr.split('\n').length], [2, 0, 2])
    })
  }
})
