import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHttpClient } from '../helpers/clients/http-client.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { program } from '../helpers/proxy/proxy-process.ts'
import { environmentOf } from '../helpers/stage/environment.ts'
import { findProgram, launch, notInstalled } from './launch.ts'
import { etagOf } from './objects.ts'
import type { Peer, PeerName, PeerSettings } from './peer.ts'
import type { BenchSso } from './sso.ts'
import { startVersitygw } from './versitygw.ts'

/** Starts a peer. @returns the peer, or the reason why it cannot be measured, which follows its name in a sentence */
export function startPeer(name: PeerName, settings: PeerSettings): Promise<Peer | string> {
  if (name === 's3proxy') return startS3proxy(name, program, settings)
  if (name === 's3proxy mounts') return startS3proxy(name, program, settings, mountsEnv(settings))
  if (name === 's3proxy before')
    return startS3proxy(name, join(settings.before ?? '.', 'bin', 's3proxy.js'), settings)
  if (name === 'oauth2-proxy') return startOauth2Proxy(settings)
  if (name === 'versitygw') return startVersitygw(settings)
  return startNginx(name, settings)
}

async function startS3proxy(
  name: PeerName,
  file: string,
  settings: PeerSettings,
  more: Record<string, string> = {},
): Promise<Peer> {
  const { upstream, certificate, redisPort, sso, folder, profileFolder, hasMetrics = false } = settings
  const port = await findFreePort()
  const admin = { S3PROXY_SERVER_ADMIN_PORT: '0', S3PROXY_SERVER_ADMIN_HOST: '127.0.0.1' }
  const env = {
    ...{ ...s3proxyEnv(port, upstream.href, sso), ...(hasMetrics ? admin : {}), ...more },
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    NODE_EXTRA_CA_CERTS: certificate,
  }
  const profiling =
    profileFolder === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, '--cpu-prof-interval=200']
  const pid = await launch(process.execPath, [...profiling, file, 'serve'], port, folder, env)
  const cookie = await login(port, '/small')
  return { name, pid, port, basePath: '/', credentialLines: () => [cookie], etagOf }
}

/**
 * Puts the bucket at `/`, behind nineteen other mounts, so that the objects are in the last one that is looked at.
 *
 * @returns the environment that names the configuration file
 */
function mountsEnv({ upstream, folder }: PeerSettings): Record<string, string> {
  const paths = ['/', ...Array.from({ length: 19 }, (_, index) => `/mount-${index}/`)]
  const mounts = Object.fromEntries(
    paths.map((path, index) => [`mount${index}`, { path, endpoint: upstream.href }]),
  )
  const file = join(folder, `mounts${upstream.port}.json`)
  writeFileSync(file, JSON.stringify({ mounts }))
  return { AWS_S3_ENDPOINT: '', S3PROXY_CONFIG: file }
}

/** The whole configuration of s3proxy, without Redis. */
export function s3proxyEnv(
  port: number,
  endpoint: string,
  sso: Omit<BenchSso, 'close'>,
): Record<string, string> {
  return {
    PORT: String(port),
    S3PROXY_SERVER_HOST: '127.0.0.1',
    ...environmentOf({
      s3: {
        ...{ region: 'eu-west-2', endpoint, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
      sso: { ...sso, url: sso.origin },
    }),
  }
}

async function startOauth2Proxy(settings: PeerSettings): Promise<Peer | string> {
  const file = findProgram('oauth2-proxy')
  if (file === undefined) return notInstalled
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
  return {
    ...{ name: 'oauth2-proxy', pid, port, etagOf },
    basePath: upstream.pathname,
    credentialLines: () => [cookie],
  }
}

const nginxLocation: Record<string, string> = {
  'nginx one line': 'proxy_pass UPSTREAM;',
  nginx: 'proxy_pass KEPT; proxy_http_version 1.1; proxy_set_header Connection "";',
  'nginx tuned':
    'proxy_pass KEPT; proxy_http_version 1.1; proxy_set_header Connection "";' +
    ' proxy_buffer_size 256k; proxy_buffers 8 256k; proxy_busy_buffers_size 512k; proxy_max_temp_file_size 0;',
}

async function startNginx(name: PeerName, { upstream, folder }: PeerSettings): Promise<Peer | string> {
  const file = findProgram('nginx')
  if (file === undefined) return notInstalled
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
  return { name, pid, port, basePath: '/', credentialLines: () => [], etagOf }
}

/** Goes through the whole login as a browser does. @returns the line of the head that goes with every request from then on */
async function login(port: number, path: string): Promise<string> {
  const client = createHttpClient({ accept: 'text/html' })
  const answer = await client.follow(`http://127.0.0.1:${port}${path}`)
  client.close()
  if (answer.status !== 200)
    throw new Error(`the login ended with ${answer.status} at ${answer.url}: ${answer.text}`)
  return `cookie: ${client.jar.header('127.0.0.1', path)}`
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
