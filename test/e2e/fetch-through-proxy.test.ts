import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { approveDevice } from '../helpers/clients/approve-device.ts'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { emptyFolder } from '../helpers/config/file-with.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { localhostFiles } from '../helpers/network/localhost-tls.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'
import { type RunningProgram, run, start } from '../helpers/proxy/run-program.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { OpenidProvider } from '../helpers/sso/openid-provider/openid-provider-types.ts'
import { startOpenidProvider } from '../helpers/sso/openid-provider/start-openid-provider.ts'
import { createStage, type Stage } from '../helpers/stage/stage.ts'

const body = randomBytes(3 << 20)

/** An OpenID provider that the proxy knows by its addresses. */
async function startSso() {
  const provider = await startOpenidProvider()
  const { issuer, clientId, clientSecret, scope } = provider
  return { provider, url: `${issuer}/`, clientId, clientSecret, scope, close: () => provider.close() }
}

describe('s3proxy fetch URL, with s3proxy serve and a real SSO', { timeout: 180_000 }, () => {
  let stage: Stage<Awaited<ReturnType<typeof startSso>>>
  let sso: OpenidProvider
  let proxy: ProxyProcess
  let folder: string

  before(async () => {
    stage = await createStage({ s3: startS3StandIn(), sso: startSso() })
    sso = stage.sso.provider
    stage.s3.put('films/ä b.bin', { body })
    proxy = await stage.serve({
      S3PROXY_SSO_AUTHORIZE_URL: 'auth',
      S3PROXY_SSO_TOKEN_URL: 'token',
      S3PROXY_SSO_IDENTITY_URL: 'me',
      S3PROXY_BEARER_ACCEPT: 'identity',
      S3PROXY_BEARER_ISSUER: sso.issuer,
      S3PROXY_BEARER_TERMINAL_CLIENT_ID: sso.clients.device.clientId,
      SSO_TOKEN_CHECK_GRACE_PERIOD: '0',
    })
    folder = mkdtempSync(join(tmpdir(), 's3proxy-state-'))
  })
  after(async () => {
    await stage.close()
    rmSync(folder, { recursive: true })
  })

  const url = () => `${proxy.origin}/films/ä b.bin`
  const fetch = (...args: string[]) => run(['fetch', url(), ...args], { XDG_STATE_HOME: folder })
  const file = () => join(folder, 's3proxy', readdirSync(join(folder, 's3proxy'))[0] ?? 'none')
  const kept = () => JSON.parse(readFileSync(file(), 'utf8')) as { accessToken: string; refreshToken: string }

  async function approve(program: RunningProgram): Promise<void> {
    const [, code = ''] = await program.says(/enter the code (\S+)\n/)
    const [, page = ''] = await program.says(/or open (http:\S+)\n/)
    const browser = createHttpClient()
    await approveDevice(browser, page, code, { login: 'ada' })
    browser.close()
  }

  it('signs in, and gives the bytes that S3 has, as the person that signed in', async () => {
    const program = start(['fetch', url()], { XDG_STATE_HOME: folder })
    await approve(program)
    const { status, stdout, stderr } = await program.outcome
    assert.equal(status, 0, stderr)
    assert.ok(stdout.equals(body))
    const line = await proxy.logged(
      ({ key, status: answered }) => key === 'films/ä b.bin' && answered === 200,
    )
    assert.deepEqual([line.who, line.bearer], ['ada', 'accepted'])
    assert.ok(!proxy.output.stdout.includes(kept().accessToken))
  })

  it('has ranges, and exits 22 for an object that does not exist', async () => {
    const part = await fetch('--range', '5-104')
    assert.ok(part.stdout.equals(body.subarray(5, 105)), part.stderr)
    const none = await run(['fetch', `${proxy.origin}/none`], { XDG_STATE_HOME: folder })
    assert.equal(none.status, 22)
    assert.match(none.stderr, /^s3proxy: 404: .*\[OBJECT_NOT_FOUND, request \S+\]\n$/)
  })

  it('continues a download that broke off, and verifies it', async (t) => {
    const home = emptyFolder(t)
    const output = join(home, 'film')
    stage.s3.misbehave(({ ordinal }) =>
      ordinal === 1 ? { cutAfterBytes: 1 << 20 } : { error: 403, code: 'AccessDenied' },
    )
    const broken = await fetch('--output', output)
    assert.equal(broken.status, 1)
    assert.match(broken.stderr, /are kept in .*film\.part: --continue goes on/)
    stage.s3.misbehave(null)
    const { status, stderr } = await fetch('--output', output, '--continue', '--verify')
    assert.deepEqual(
      [status, stderr],
      [0, 's3proxy: the object is what the proxy says it is, by its MD5 of the ETag\n'],
    )
    assert.ok(readFileSync(output).equals(body))
  })

  it('gets another token when the SSO takes the old one back, and when its time comes', async () => {
    const first = kept()
    sso.revokeTokens()
    const { status, stderr, stdout } = await fetch()
    assert.deepEqual([status, stderr, stdout.equals(body)], [0, '', true])
    const second = kept()
    assert.notEqual(second.refreshToken, first.refreshToken)
    writeFileSync(file(), JSON.stringify({ ...second, renewAt: 0 }))
    assert.equal((await fetch('--head')).status, 0)
    assert.notEqual(kept().accessToken, second.accessToken)
  })

  it('signs out: the proxy does not take the token any more', async () => {
    const { accessToken } = kept()
    const { status, stderr } = await fetch('--sign-out')
    assert.deepEqual(
      [status, stderr],
      [0, `s3proxy: signed out of ${proxy.origin}: the token is revoked and forgotten\n`],
    )
    const after = await run(['fetch', url()], { XDG_STATE_HOME: folder, S3PROXY_TOKEN: accessToken })
    assert.equal(after.status, 1)
    assert.match(
      after.stderr,
      /does not take the token of S3PROXY_TOKEN \(invalid_token: the SSO does not take the token\)/,
    )
  })

  it('trusts the authorities of NODE_EXTRA_CA_CERTS, and no other certificate', async () => {
    const { certFile: cert, keyFile: key } = localhostFiles
    const tls = { S3PROXY_SERVER_TLS_CERT_FILE: cert, S3PROXY_SERVER_TLS_KEY_FILE: key }
    stage.s3.put('health.txt', { body: 'ok' })
    const { port } = await stage.serve({ ...tls, AWS_S3_HEALTHCHECK_KEY: 'health.txt' })
    const args = ['fetch', `https://127.0.0.1:${port}/health.txt`]
    const trusted = await run(args, { XDG_STATE_HOME: folder, NODE_EXTRA_CA_CERTS: cert })
    assert.deepEqual([trusted.status, trusted.stdout.toString(), trusted.stderr], [0, 'ok', ''])
    const { status, stdout, stderr } = await run(args, { XDG_STATE_HOME: folder })
    assert.deepEqual([status, stdout.length], [1, 0])
    assert.match(
      stderr,
      // Newer versions of Node add an advice of their own.
      /^s3proxy: https:\S+ cannot be trusted: self-signed certificate; .*NODE_EXTRA_CA_CERTS .*\n$/,
    )
  })

  it('signs in for a token that is made for this very proxy, where that checks tokens by their signature', async (t) => {
    const home = emptyFolder(t)
    const port = await findFreePort()
    const origin = `http://127.0.0.1:${port}`
    const strict = await stage.serve({
      ...{ SSO_URL: '', S3PROXY_SSO_ISSUER: sso.issuer, PORT: `${port}` },
      ...{ S3PROXY_BEARER_ACCEPT: 'jwt', S3PROXY_BEARER_AUDIENCE: origin },
      S3PROXY_BEARER_TERMINAL_CLIENT_ID: sso.clients.device.clientId,
    })
    const program = start(['fetch', `${origin}/films/ä b.bin`], { XDG_STATE_HOME: home })
    await approve(program)
    const { status, stdout, stderr } = await program.outcome
    assert.equal(status, 0, stderr)
    assert.ok(stdout.equals(body))
    const line = await strict.logged(
      ({ key, status: answered }) => key === 'films/ä b.bin' && answered === 200,
    )
    assert.equal(line.who, `${sso.issuer}#ada`)
  })

  it('says that a proxy that takes no tokens takes none', async () => {
    const other = await stage.serve()
    const { status, stderr } = await run(['fetch', `${other.origin}/a`], { XDG_STATE_HOME: folder })
    assert.deepEqual([status, stderr.split('\n').length], [1, 2])
    assert.match(stderr, /answers 401, and takes no tokens of programs: bearer\.accept/)
  })
})
