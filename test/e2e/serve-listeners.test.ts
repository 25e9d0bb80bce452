import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, linkSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { request as requestTls } from 'node:https'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { emptyFolder } from '../helpers/config/file-with.ts'
import { closed } from '../helpers/network/closed.ts'
import { localhostFiles, localhostTls } from '../helpers/network/localhost-tls.ts'
import { type ProxyProcess, spawnProxy, startProxy } from '../helpers/proxy/proxy-process.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

const two = { S3PROXY_SERVER_WORKERS: '2' }

async function textOf(sent: ReturnType<typeof request>): Promise<{ head: IncomingMessage; text: string }> {
  sent.end()
  const [head] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const piece of head.setEncoding('utf8')) text += piece
  return { head, text }
}

const overSocket = (socketPath: string, path: string) =>
  textOf(request({ socketPath, path, agent: false, headers: { host: 'assets.example.com' } }))

async function started(t: TestContext, proxy: Promise<ProxyProcess>): Promise<ProxyProcess> {
  const running = await proxy
  t.after(() => running.stop())
  return running
}

describe('s3proxy serve on a Unix socket', { timeout: 60_000 }, () => {
  const { stage } = useStage()

  for (const [how, more] of [
    ['by itself', {}],
    ['with workers', two],
  ] as const) {
    it(`serves, with the permissions that were asked for, and takes the socket away at its end: ${how}`, async (t) => {
      const path = join(emptyFolder(t), 'proxy.sock')
      const env = {
        ...stage().env,
        ...more,
        S3PROXY_SERVER_SOCKET_PATH: path,
        S3PROXY_SERVER_SOCKET_MODE: '620',
      }
      const proxy = await started(t, startProxy(env))
      assert.equal((await overSocket(path, '/health.txt')).text, 'ok')
      assert.equal((await overSocket(path, '/a%20page.html')).head.statusCode, 302)
      assert.equal((statSync(path).mode & 0o777).toString(8), '620')
      assert.equal(proxy.log.find(({ msg }) => msg === 'listening')?.path, path)
      assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
      assert.equal(existsSync(path), false)
    })
  }

  it('replaces one that nobody listens on, and nothing else', async (t) => {
    const path = join(emptyFolder(t), 'proxy.sock')
    const env = { ...stage().env, S3PROXY_SERVER_SOCKET_PATH: path }
    const first = await startProxy(env)
    await assert.rejects(
      startProxy(env),
      /ended with 1 before it listened[\s\S]*somebody listens on .*LISTEN_FAILED|LISTEN_FAILED.*somebody listens on/,
    )
    assert.equal((await overSocket(path, '/health.txt')).text, 'ok')
    first.child.kill('SIGKILL')
    await first.exited
    assert.equal(existsSync(path), true, 'it was left behind')
    const second = await started(t, startProxy(env))
    assert.equal((await overSocket(path, '/health.txt')).text, 'ok')
    await second.stop()
    writeFileSync(path, 'precious')
    await assert.rejects(startProxy(env), /is there and is no socket/)
    assert.equal(readFileSync(path, 'utf8'), 'precious')
  })

  it('cuts a body visibly where there is no RST', async (t) => {
    const path = join(emptyFolder(t), 'proxy.sock')
    stage().s3.put('health.txt', { body: { sizeBytes: 5_000_000, seed: 1 } })
    t.after(() => stage().s3.put('health.txt', { body: 'ok' }))
    const proxy = await started(t, startProxy({ ...stage().env, S3PROXY_SERVER_SOCKET_PATH: path }))
    stage().s3.misbehave({ cutAfterBytes: 1_000_000, how: 'reset', noEtag: true })
    await assert.rejects(overSocket(path, '/health.txt'), { code: 'ECONNRESET' })
    assert.equal((await proxy.logged(({ msg }) => msg === 'request')).outcome, 'cut')
  })
})

describe('s3proxy serve with a socket of its service manager', { timeout: 60_000 }, () => {
  const { stage } = useStage()

  /** Hands the socket over, and closes this process's own copy. */
  async function activate(server: Server, env: Record<string, string>): Promise<ProxyProcess> {
    await once(server, 'listening')
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle
    const proxy = startProxy(env, { activatedFd: fd })
    server.close()
    return proxy
  }

  for (const [how, more] of [
    ['by itself', {}],
    ['with workers', two],
  ] as const) {
    it(`serves on it instead of a port, TCP and Unix: ${how}`, async (t) => {
      const env = { ...stage().env, ...more, PORT: '1', S3PROXY_SERVER_SOCKET_PATH: '/nonexistent/socket' }
      const proxy = await started(t, activate(createServer().listen(0, '127.0.0.1'), env))
      assert.equal(proxy.log.find(({ msg }) => msg === 'listening')?.fd, 3)
      const answer = await textOf(
        request({ port: proxy.port, host: '127.0.0.1', path: '/health.txt', agent: false }),
      )
      assert.equal(answer.text, 'ok')
      assert.deepEqual(await proxy.stop(), { status: 0, signal: null })

      // Closing the server here removes its path, so the socket gets a second path before.
      const [path, other] = [join(emptyFolder(t), 'a.sock'), join(emptyFolder(t), 'b.sock')]
      const server = createServer().listen(path)
      server.once('listening', () => linkSync(path, other))
      const unix = await started(t, activate(server, env))
      assert.equal((await overSocket(other, '/health.txt')).text, 'ok')
      assert.deepEqual(await unix.stop(), { status: 0, signal: null })
      assert.equal(existsSync(other), true, 'it belongs to the service manager')
    })
  }

  it('leaves one that is meant for another process alone', async (t) => {
    const proxy = await started(t, startProxy({ ...stage().env, LISTEN_PID: '1', LISTEN_FDS: '1' }))
    assert.ok(proxy.port > 0)
  })
})

describe('s3proxy serve with TLS', { timeout: 60_000 }, () => {
  const { stage } = useStage()
  const ca = localhostTls.cert
  const certified = (folder: string) => ({
    S3PROXY_SERVER_TLS_CERT_FILE: join(folder, 'cert.pem'),
    S3PROXY_SERVER_TLS_KEY_FILE: join(folder, 'key.pem'),
  })

  async function start(t: TestContext, more: Record<string, string> = {}) {
    const folder = emptyFolder(t)
    copyFileSync(localhostFiles.certFile, join(folder, 'cert.pem'))
    copyFileSync(localhostFiles.keyFile, join(folder, 'key.pem'))
    const proxy = await started(t, startProxy({ ...stage().env, ...certified(folder), ...more }))
    const get = (path: string, options = {}) =>
      textOf(requestTls({ host: 'localhost', port: proxy.port, path, agent: false, ca, ...options }))
    return { proxy, folder, get }
  }

  function makeRsaCertificate(folder: string): void {
    const openssl = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
    openssl.push('-addext', 'subjectAltName=DNS:localhost')
    openssl.push('-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'))
    execFileSync('openssl', openssl, { stdio: 'ignore' })
  }

  async function shakeHands(port: number, options: object): Promise<TLSSocket> {
    const socket = connectTls({ host: 'localhost', port, ca, servername: 'localhost', ...options })
    await once(socket, 'secureConnect')
    return socket
  }

  for (const [how, more] of [
    ['by itself', {}],
    ['with workers', two],
  ] as const) {
    it(`serves https, and its URLs and cookies are those of https without any router: ${how}`, async (t) => {
      const { proxy, get } = await start(t, more)
      assert.equal((await get('/health.txt')).text, 'ok')
      const { head } = await get('/a%20page.html', { headers: { 'x-forwarded-proto': 'http' } })
      const redirect = new URL(head.headers.location ?? '').searchParams.get('redirect_uri')
      assert.equal(redirect, `https://localhost:${proxy.port}/__redirect_from_sso`)
      assert.match(String(head.headers['set-cookie']), /^__Host-s3proxy_session_login=.*; Secure/)
      assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    })
  }

  it('speaks TLS 1.2 and 1.3 and HTTP/1.1, and nothing else', async (t) => {
    const { proxy, get } = await start(t)
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await shakeHands(proxy.port, {
        minVersion: version,
        maxVersion: version,
        ALPNProtocols: ['h2', 'http/1.1'],
      })
      assert.deepEqual([socket.getProtocol(), socket.alpnProtocol], [version, 'http/1.1'])
      socket.destroy()
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    await assert.rejects(shakeHands(proxy.port, old), /protocol version|unsupported protocol/i)
    await assert.rejects(shakeHands(proxy.port, { ALPNProtocols: ['h2'] }), /no application protocol/i)
    const plain = request({ host: '127.0.0.1', port: proxy.port, path: '/health.txt', agent: false })
    await assert.rejects(textOf(plain), { code: 'ECONNRESET' })
    assert.equal((await get('/health.txt')).text, 'ok')
  })

  it('takes neither an older TLS nor a suite without forward secrecy or with CBC, whatever Node is told', async (t) => {
    const folder = emptyFolder(t)
    makeRsaCertificate(folder)
    const lax = '--tls-min-v1.0 --tls-cipher-list=ALL@SECLEVEL=0'
    const env = { ...stage().env, ...certified(folder), NODE_OPTIONS: lax }
    const proxy = await started(t, startProxy(env))
    const ofFolder = { ca: readFileSync(join(folder, 'cert.pem')), maxVersion: 'TLSv1.2' }
    const refused = /handshake failure|protocol version|unsupported protocol|no cipher/i
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      const old = { ...ofFolder, minVersion: version, maxVersion: version, ciphers: 'ALL@SECLEVEL=0' }
      await assert.rejects(shakeHands(proxy.port, old), refused, version)
    }
    for (const ciphers of [
      'AES128-GCM-SHA256',
      'AES256-SHA',
      'ECDHE-RSA-AES128-SHA256',
      'ECDHE-RSA-AES256-SHA',
    ]) {
      await assert.rejects(shakeHands(proxy.port, { ...ofFolder, ciphers }), refused, ciphers)
    }
    const ciphers = 'AES128-SHA:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256'
    const socket = await shakeHands(proxy.port, { ...ofFolder, ciphers })
    assert.equal(socket.getCipher().name, 'ECDHE-RSA-AES128-GCM-SHA256', 'its own order counts')
    socket.destroy()
  })

  it('tells browsers to stay with https, unless its public URL is http', async (t) => {
    const strict = 'max-age=31536000'
    const { get } = await start(t)
    for (const path of ['/health.txt', '/a%20page.html', '/%zz'])
      assert.equal((await get(path)).head.headers['strict-transport-security'], strict, path)
    const other = await start(t, { S3PROXY_SERVER_PUBLIC_URL: 'http://localhost' })
    assert.equal((await other.get('/health.txt')).head.headers['strict-transport-security'], undefined)
    const plain = await started(t, startProxy(stage().env))
    const answer = await fetch(`${plain.origin}/health.txt`, { headers: { 'x-forwarded-proto': 'https' } })
    assert.equal(answer.headers.get('strict-transport-security'), null, "it is the router's to say")
  })

  it('takes another certificate on SIGHUP, and keeps the old one when the new one is broken', async (t) => {
    const { proxy, folder, get } = await start(t)
    const kept = await shakeHands(proxy.port, {})
    const before = kept.getPeerCertificate().fingerprint256
    writeFileSync(join(folder, 'key.pem'), 'not a key: canary')
    proxy.child.kill('SIGHUP')
    const refused = await proxy.logged(({ code }) => code === 'CONFIG_REFUSED')
    assert.match(refused.msg, /server\.tlsKeyFile.*expected a private key in PEM/)
    assert.doesNotMatch(refused.msg, /canary/)
    assert.equal((await get('/health.txt')).text, 'ok')

    makeRsaCertificate(folder)
    proxy.child.kill('SIGHUP')
    const taken = await proxy.logged(({ msg }) => msg.startsWith('configuration read again'))
    assert.deepEqual(taken.changed, ['server.tlsCertFile', 'server.tlsKeyFile'])
    const next = await shakeHands(proxy.port, { ca: readFileSync(join(folder, 'cert.pem')) })
    assert.notEqual(next.getPeerCertificate().fingerprint256, before)
    // A connection from before goes on.
    kept.write('GET /health.txt HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
    let text = ''
    for await (const piece of kept.setEncoding('utf8')) text += piece
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/)
    next.destroy()
  })

  it('cuts a body visibly, and drains what has not shaken hands', async (t) => {
    const { proxy, get } = await start(t)
    stage().s3.put('health.txt', { body: { sizeBytes: 5_000_000, seed: 1 } })
    t.after(() => stage().s3.put('health.txt', { body: 'ok' }))
    stage().s3.misbehave({ cutAfterBytes: 1_000_000, how: 'reset', noEtag: true })
    await assert.rejects(get('/health.txt'), { code: 'ECONNRESET' })
    const silent = connect(proxy.port, '127.0.0.1')
    await once(silent, 'connect')
    const idle = await shakeHands(proxy.port, {})
    const bothClosed = Promise.all([closed(silent), closed(idle)])
    assert.deepEqual(await proxy.stop(), { status: 0, signal: null })
    await bothClosed
    assert.equal((await proxy.logged(({ msg }) => msg === 'stopped')).cut, 0)
  })

  it('refuses at the start what cannot work, and says which file is wrong', async (t) => {
    const folder = emptyFolder(t)
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const problem = async (more: Record<string, string>) => {
      const proxy = spawnProxy({ ...stage().env, ...more })
      assert.equal((await proxy.exited).status, 2)
      return proxy.output.stderr
    }
    assert.match(
      await problem(certified(folder)),
      /server\.tlsCertFile .*cannot read .*cert\.pem: there is no such file/,
    )
    assert.match(
      await problem({ S3PROXY_SERVER_TLS_CERT_FILE: localhostFiles.certFile }),
      /server\.tlsKeyFile .*both or none/,
    )
    copyFileSync(localhostFiles.keyFile, cert)
    copyFileSync(localhostFiles.keyFile, key)
    chmodSync(key, 0o600)
    assert.match(await problem(certified(folder)), /server\.tlsCertFile .*expected a certificate in PEM/)
    copyFileSync(localhostFiles.certFile, cert)
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key], { stdio: 'ignore' })
    assert.match(
      await problem(certified(folder)),
      /server\.tlsKeyFile .*is not the key of the first certificate/,
    )
  })
})
