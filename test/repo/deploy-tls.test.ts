import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { createHttpClient, type HttpClient } from '../helpers/clients/http-client.ts'
import { logIn } from '../helpers/clients/sign-in.ts'
import { untilItWorks } from '../helpers/eventually.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import type { LogLine } from '../helpers/proxy/log-lines.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

const [cert, key] = ['localhost.crt', 'localhost.key'].map((name) => resolve('test/fixtures/tls', name))
const ca = readFileSync(cert as string)

interface Ports {
  https: number
  http: number
  instances: [number, number]
}

interface Front {
  /** Writes the files of the web server into the folder. @returns its command for the foreground */
  prepare(folder: string, ports: Ports): { command: string; args: string[]; env?: Record<string, string> }
}

const fronts: Record<string, Front> = {
  nginx: {
    prepare(folder, { https, http, instances }) {
      const site = readFileSync('docs/deploy/nginx.conf', 'utf8')
        .replace('listen 80;', `listen 127.0.0.1:${http};`)
        .replace('listen 443 ssl', `listen 127.0.0.1:${https} ssl`)
        .replace('server 127.0.0.1:8080 ', `server 127.0.0.1:${instances[0]} `)
        .replace('server 127.0.0.1:8081 ', `server 127.0.0.1:${instances[1]} `)
        .replace('/etc/nginx/tls/assets.example.com.pem', String(cert))
        .replace('/etc/nginx/tls/assets.example.com.key', String(key))
        .replaceAll('server_name assets.example.com', 'server_name localhost')
        .replace('https://assets.example.com$request_uri', `https://localhost:${https}$request_uri`)
      assert.ok(!site.includes('assets.example.com;'))
      writeFileSync(join(folder, 'site.conf'), site)
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join('\n')
      writeFileSync(
        join(folder, 'nginx.conf'),
        `daemon off; pid ${folder}/pid; error_log stderr warn; worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {} http { access_log off; ${temporary} include ${folder}/site.conf; }`,
      )
      return { command: 'nginx', args: ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')] }
    },
  },
  caddy: {
    prepare(folder, { https, http, instances }) {
      const site = readFileSync('docs/deploy/Caddyfile', 'utf8')
        .replace(
          'assets.example.com {',
          `https://localhost:${https} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}`,
        )
        .replace('127.0.0.1:8080', `127.0.0.1:${instances[0]}`)
        .replace('127.0.0.1:8081', `127.0.0.1:${instances[1]}`)
      assert.match(site, /tls \//)
      const options = `{\n\tadmin off\n\thttp_port ${http}\n\tauto_https disable_redirects\n}\n`
      writeFileSync(join(folder, 'Caddyfile'), options + site)
      return {
        command: 'caddy',
        args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
        env: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder },
      }
    },
  },
}

for (const [name, front] of Object.entries(fronts)) {
  const isThere = spawnSync(name, [name === 'nginx' ? '-v' : 'version']).status === 0
  if (!isThere && process.env.CI) throw new Error(`${name} is needed here: install the package ${name}`)

  describe(`${name} before s3proxy, as docs/deploy has it`, {
    skip: !isThere && `${name} is not here`,
  }, () => {
    const { stage } = useStage()
    const folder = mkdtempSync(join(tmpdir(), `s3proxy-${name}-`))
    const clients: HttpClient[] = []
    let instances: [ProxyProcess, ProxyProcess]
    let running: ChildProcess
    /** The environment without server.publicUrl, so that scheme and host come from the headers. */
    let settings: Record<string, string>
    let origin = ''
    let output = ''

    before(async () => {
      const [https, http] = [await findFreePort(), await findFreePort()]
      origin = `https://localhost:${https}`
      settings = { S3PROXY_SERVER_ALLOWED_HOSTS: `localhost:${https}` }
      instances = [await stage().serve(settings), await stage().serve(settings)]
      stage().sso.allowRedirect(`${origin}/__redirect_from_sso`)
      const ports = instances.map(({ port }) => port) as [number, number]
      const { command, args, env } = front.prepare(folder, { https, http, instances: ports })
      running = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
      for (const stream of [running.stdout, running.stderr])
        stream?.on('data', (piece) => {
          output += piece
        })
      const ended = once(running, 'exit').then(([status]) => {
        throw new Error(`${name} ended with ${status}:\n${output}`)
      })
      const client = newClient()
      await Promise.race([untilItWorks(() => client.request(`${origin}/__s3proxy/livez`)), ended])
      ended.catch(() => {})
    })
    afterEach(() => {
      for (const client of clients.splice(0)) client.close()
    })
    after(async () => {
      if (running?.exitCode === null) {
        const exited = once(running, 'exit')
        running.kill('SIGTERM')
        await exited
      }
      rmSync(folder, { recursive: true, force: true })
    })
    function newClient(): HttpClient {
      const client = createHttpClient({}, ca)
      clients.push(client)
      return client
    }

    it('takes a login there and back, with a cookie that is bound to this host and https', async () => {
      const client = newClient()
      const first = await client.request(`${origin}/a%20page.html?x=1`)
      assert.equal(first.status, 302)
      const redirect = new URL(first.headers.location ?? '').searchParams.get('redirect_uri')
      assert.equal(redirect, `${origin}/__redirect_from_sso`)
      const answer = await logIn(client, `${origin}/a%20page.html?x=1`)
      assert.deepEqual([answer.status, answer.text], [200, '<h1>page</h1>'])
      assert.equal(answer.url, `${origin}/a%20page.html?x=1`)
      assert.match(client.jar.header('localhost', '/'), /__Host-s3proxy_session=/)
      assert.match(answer.headers['strict-transport-security'] ?? '', /max-age=\d{8}/)
    })

    it('passes ranges, preconditions and the bytes of a path as they are', async () => {
      const client = newClient()
      await logIn(client, `${origin}/a%20page.html`)
      const part = await client.request(`${origin}/a%20page.html`, { headers: { range: 'bytes=4-7' } })
      assert.deepEqual([part.status, part.text], [206, 'page'])
      assert.equal(part.headers['content-range'], 'bytes 4-7/13')
      const same = await client.request(`${origin}/a%20page.html`, {
        headers: { 'if-none-match': part.headers.etag ?? '' },
      })
      assert.equal(same.status, 304)
      for (const path of ['/x//y+z', '/x%2Fy', "/a;b!'()*", '/trailing/']) {
        stage().s3.put(decodeURIComponent(path.slice(1)), { body: path })
        const answer = await client.request(origin + path)
        assert.deepEqual([answer.status, answer.text], [200, path])
      }
    })

    it('passes what s3proxy refuses, and the id of the request', async () => {
      const client = newClient()
      const answer = await client.request(`${origin}/a%2F..%2Fb`)
      assert.equal(answer.status, 400)
      assert.match(answer.text, /TARGET_INVALID/)
      const isOfIt = (line: LogLine) => line.requestId === answer.headers['x-request-id']
      const line = await Promise.any(instances.map((instance) => instance.logged(isOfIt)))
      assert.equal(line.code, 'TARGET_INVALID')
    })

    it('uses its connections to s3proxy again', async () => {
      const client = newClient()
      await logIn(client, `${origin}/a%20page.html`)
      const connections = () => instances.reduce((sum, instance) => sum + connectionsOf(instance), 0)
      const before = connections()
      for (let count = 0; count < 20; count++) await client.request(`${origin}/a%20page.html`)
      const now = connections()
      assert.ok(now - before <= instances.length, `${before} connections, then ${now}`)
    })

    it('passes each piece of a body as it comes', async () => {
      const client = newClient()
      await logIn(client, `${origin}/a%20page.html`)
      const cookie = client.jar.header('localhost', '/')
      stage().s3.misbehave(({ key: asked }) =>
        asked === 'large.bin' ? { cutAfterBytes: 1000, how: 'stall' } : undefined,
      )
      const sent = request(`${origin}/large.bin`, { ca, headers: { cookie } }).end()
      const [response] = await once(sent, 'response')
      let bytes = 0
      for await (const piece of response) {
        bytes += piece.length
        // Everything that S3 has sent so far has arrived, although the body goes on.
        if (bytes >= 1000) break
      }
      assert.ok(bytes >= 1000)
      sent.destroy()
    })

    it('shows a cut as a cut', async () => {
      const client = newClient()
      await logIn(client, `${origin}/a%20page.html`)
      // A body without an ETag cannot be continued.
      stage().s3.misbehave(({ key: asked }) =>
        asked === 'large.bin' ? { cutAfterBytes: 50_000, noEtag: true } : undefined,
      )
      await assert.rejects(client.request(`${origin}/large.bin`))
    })

    it('fails no request while one instance after the other restarts', async (t) => {
      const client = newClient()
      await logIn(client, `${origin}/a%20page.html`)
      const restarts = new AbortController()
      const failures: unknown[] = []
      let count = 0
      const load = Array.from({ length: 8 }, async (_, index) => {
        const method = index === 0 ? 'HEAD' : 'GET'
        while (!restarts.signal.aborted) {
          count++
          const { status, text } = await client.request(`${origin}/a%20page.html`, { method })
          if (status !== 200 || text !== (method === 'GET' ? '<h1>page</h1>' : ''))
            failures.push({ status, text })
        }
      })
      try {
        for (const round of [0, 1, 0, 1] as const) {
          const { port, stop } = instances[round]
          await stop()
          instances[round] = await stage().serve({ ...settings, PORT: String(port) })
        }
      } finally {
        restarts.abort()
        await Promise.all(load)
      }
      t.diagnostic(`${count} requests`)
      assert.deepEqual(failures, [])
      assert.ok(count > 100, `${count} requests`)
    })
  })
}

/** Counts recent connections, with those that Linux remembers for a minute after their end. */
function connectionsOf({ port }: ProxyProcess): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const pairs =
    readFileSync('/proc/net/tcp', 'utf8').match(/0100007F:[0-9A-F]{4} 0100007F:[0-9A-F]{4}/g) ?? []
  const peers = pairs.filter((pair) => pair.includes(address)).map((pair) => pair.replace(address, '').trim())
  return new Set(peers).size
}
