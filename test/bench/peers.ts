import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from '../helpers/free-port.ts'
import { createHttpClient } from '../helpers/http-client.ts'
import { bareEnv, program } from '../helpers/proxy-process.ts'
import type { BenchSso } from './sso.ts'

/** Something that serves the origin's objects to a client, in processes of its own. */
export interface Peer {
  name: PeerName
  /** Of the process whose CPU and memory are read, with its children. */
  pid: number
  port: number
  /** Before the object's name. */
  basePath: string
  /** Of a session that came out of a login; empty where nobody asks for one. */
  cookie: string
}

export const peerNames = [
  's3proxy',
  's3proxy before',
  'nginx',
  'nginx one line',
  'nginx tuned',
  'oauth2-proxy',
] as const
export type PeerName = (typeof peerNames)[number]

export interface PeerSettings {
  /** Of the origin, with the folder that stands for the bucket. */
  upstream: URL
  /** Of the origin's certificate. */
  certificate: string
  redisPort: number
  sso: BenchSso
  /** For logs, configuration and temporary files. */
  folder: string
  /** Where s3proxy leaves a CPU profile when it ends. */
  profileFolder?: string | undefined
  /** Another checkout of s3proxy, built, to compare with. */
  before?: string | undefined
}

/** Starts a peer. @returns `undefined` when its program is not installed */
export function startPeer(name: PeerName, settings: PeerSettings): Promise<Peer | undefined> {
  if (name === 's3proxy') return startS3proxy(name, program, settings)
  if (name === 's3proxy before')
    return startS3proxy(name, join(settings.before ?? '.', 'bin', 's3proxy.js'), settings)
  if (name === 'oauth2-proxy') return startOauth2Proxy(settings)
  return startNginx(name, settings)
}

const children = new Set<ChildProcess>()

export async function stopPeers(): Promise<void> {
  for (const child of children) {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  children.clear()
}

async function startS3proxy(name: PeerName, file: string, settings: PeerSettings): Promise<Peer> {
  const { upstream, certificate, redisPort, sso, folder, profileFolder } = settings
  const port = await findFreePort()
  const env = {
    ...s3proxyEnv(port, upstream.href, sso),
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    NODE_EXTRA_CA_CERTS: certificate,
  }
  const profiling =
    profileFolder === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, '--cpu-prof-interval=200']
  const pid = await launch(process.execPath, [...profiling, file, 'serve'], port, folder, env)
  return { name, pid, port, basePath: '/', cookie: await login(port, '/small') }
}

/** A whole configuration but for Redis. */
export function s3proxyEnv(
  port: number,
  endpoint: string,
  sso: Omit<BenchSso, 'close'>,
): Record<string, string> {
  return {
    PORT: String(port),
    S3PROXY_SERVER_HOST: '127.0.0.1',
    SSO_URL: sso.origin,
    SSO_CLIENT_ID: sso.clientId,
    SSO_CLIENT_SECRET: sso.clientSecret,
    AWS_S3_REGION: 'eu-west-2',
    AWS_S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
}

async function startOauth2Proxy(settings: PeerSettings): Promise<Peer | undefined> {
  const file = findProgram('oauth2-proxy')
  if (file === undefined) return undefined
  const { upstream, redisPort, sso, folder } = settings
  const port = await findFreePort()
  const options = [
    '--provider=oidc',
    `--oidc-issuer-url=${sso.origin}`,
    `--client-id=${sso.clientId}`,
    `--client-secret=${sso.clientSecret}`,
    `--redirect-url=http://127.0.0.1:${port}/oauth2/callback`,
    `--upstream=${upstream.href}`,
    `--http-address=127.0.0.1:${port}`,
    '--session-store-type=redis',
    `--redis-connection-url=redis://127.0.0.1:${redisPort}`,
    '--cookie-secret=0123456789abcdef0123456789abcdef',
    '--cookie-secure=false',
    '--email-domain=*',
    '--skip-provider-button=true',
    '--ssl-upstream-insecure-skip-verify=true',
  ]
  const pid = await launch(file, options, port, folder, {})
  const cookie = await login(port, `${upstream.pathname}small`)
  return { name: 'oauth2-proxy', pid, port, basePath: upstream.pathname, cookie }
}

const nginxLocation: Record<string, string> = {
  'nginx one line': 'proxy_pass UPSTREAM;',
  nginx: 'proxy_pass KEPT; proxy_http_version 1.1; proxy_set_header Connection "";',
  'nginx tuned':
    'proxy_pass KEPT; proxy_http_version 1.1; proxy_set_header Connection "";' +
    ' proxy_buffer_size 256k; proxy_buffers 8 256k; proxy_busy_buffers_size 512k; proxy_max_temp_file_size 0;',
}

async function startNginx(name: PeerName, { upstream, folder }: PeerSettings): Promise<Peer | undefined> {
  const file = findProgram('nginx')
  if (file === undefined) return undefined
  const port = await findFreePort()
  const own = join(folder, `nginx-${port}`)
  mkdirSync(own)
  const location = (nginxLocation[name] as string)
    .replace('UPSTREAM', upstream.href)
    .replace('KEPT', `${upstream.protocol}//origin${upstream.pathname}`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const configuration = `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off; worker_processes 1; pid ${own}/pid; error_log ${own}/error.log warn;
    events { worker_connections 8192; }
    http {
      access_log ${own}/access.log combined;
      ${temporary.map((kind) => `${kind}_temp_path ${own}/${kind};`).join(' ')}
      upstream origin { server ${upstream.host}; keepalive 64; keepalive_requests 1000000; }
      server { listen 127.0.0.1:${port}; location / { ${location} } }
    }`
  writeFileSync(join(own, 'nginx.conf'), configuration)
  const pid = await launch(
    file,
    ['-p', own, '-e', `${own}/error.log`, '-c', join(own, 'nginx.conf')],
    port,
    folder,
    {},
  )
  return { name, pid, port, basePath: '/', cookie: '' }
}

/** Starts a program whose log goes to a file, as nginx's does, and waits until it listens. */
async function launch(
  file: string,
  args: string[],
  port: number,
  folder: string,
  env: Record<string, string>,
): Promise<number> {
  const log = join(folder, `${port}.log`)
  const output = openSync(log, 'a')
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...bareEnv, ...env },
    stdio: ['ignore', output, output],
  })
  children.add(child)
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null)
      throw new Error(`${file} ended with status ${child.exitCode}:\n${readFileSync(log, 'utf8')}`)
    if (child.pid !== undefined && (await canConnect(port))) return child.pid
    await sleep(50)
  }
  throw new Error(`${file} did not listen within 10 s:\n${readFileSync(log, 'utf8')}`)
}

/** Goes through the whole login as a browser does. @returns the value of the `cookie` header from then on */
async function login(port: number, path: string): Promise<string> {
  const client = createHttpClient({ accept: 'text/html' })
  const answer = await client.follow(`http://127.0.0.1:${port}${path}`)
  client.close()
  if (answer.status !== 200)
    throw new Error(`the login ended with ${answer.status} at ${answer.url}: ${answer.text}`)
  return client.jar.header('127.0.0.1', path)
}

/** The path of a program: in the search path, in the folder of Go's programs, in our cache; else `undefined`. */
export function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    join(homedir(), 'go', 'bin'),
    join(homedir(), '.cache', 's3proxy-tools'),
  ]
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

export function createCertificate(folder: string): { certificate: string; key: string } {
  const [certificate, key] = [join(folder, 'origin.pem'), join(folder, 'origin-key.pem')]
  const subject = ['-subj', '/CN=origin', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', key, '-out', certificate]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' })
  return { certificate, key }
}

export async function startRedis(folder: string): Promise<number> {
  const port = await findFreePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  await launch('redis-server', options, port, folder, {})
  return port
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
