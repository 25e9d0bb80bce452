import { choice, count, file, flagOrList, list, text, textLike } from './option-types.ts'
import { type PublicUrl, parsePublicUrl } from './public-url.ts'
import { section } from './section.ts'
import { parsed, shaped, url } from './text-shapes.ts'
import { day } from './units.ts'

const maxPort = 65_535

const expectedHosts = 'expected host names, with a port where it is not the default'
const host = shaped(/^[^\s/\\@?#]+$/, expectedHosts).refine(
  (name) => URL.canParse(`https://${name}/`),
  expectedHosts,
)

const expectedOrigin = 'expected an origin without path, such as https://assets.example.com'
const publicUrl = parsed(url(/^https?:\/\/[^\s/\\?#@]+\/?$/, expectedOrigin), parsePublicUrl, expectedOrigin)

export const expectedPrefixes = 'expected true, false, or path prefixes that begin with /, such as /reports/'
/** A decoded path prefix, such as `/reports/`. */
export const pathPrefix = shaped(/^\/[^\0]*$/, expectedPrefixes).refine(
  (path) => path.isWellFormed() && !/(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(path),
  expectedPrefixes,
)

/** The longest path that Linux takes for a Unix socket, without the NUL at its end. */
const maxSocketPathBytes = 103
const expectedSocket = `expected an absolute path of at most ${maxSocketPathBytes} bytes`
const unixSocket = shaped(/^\/[^\0]*[^/\0]$/, expectedSocket).refine(
  (path) => Buffer.byteLength(path) <= maxSocketPathBytes,
  expectedSocket,
)

/** Sockets, time limits of clients, and the hosts that are served. */
export const server = section({
  port: count('port to listen on', 0, maxPort, { env: ['PORT'], restart: 'always' }).default(8080),
  host: text('address to listen on', { restart: 'always' }).default('0.0.0.0'),
  socketPath: textLike('Unix socket to listen on, instead of a port', unixSocket, {
    restart: 'always',
  }).optional(),
  socketMode: textLike(
    'permissions of the Unix socket, in octal',
    shaped(/^0?[0-7]{3}$/, 'expected three octal digits such as 660'),
    { restart: 'always' },
  ).default('660'),
  tlsCertFile: file(
    'PEM file with the certificate, followed by those between it and its authority; with it clients speak TLS',
    { restart: 'with-tls' },
  ).optional(),
  tlsKeyFile: file('PEM file with the private key of the certificate', { restart: 'with-tls' }).optional(),
  publicUrl: textLike(
    'canonical origin, which every URL of s3proxy begins with; requests for other hosts get 421',
    publicUrl,
    {
      show: ({ url }: PublicUrl) => url,
    },
  ).optional(),
  allowedHosts: list(
    'hosts that are served where publicUrl is not set; default: those of VCAP_APPLICATION, else any',
    host,
    expectedHosts,
  ).optional(),
  drainTimeoutMs: count('time for requests under way after SIGTERM', 0, day).default(9000),
  workers: count('number of processes that share the port', 1, 256, {
    env: ['WEB_CONCURRENCY'],
    restart: 'always',
  }).default(1),
  adminPort: count(
    'port for liveness, readiness, metrics and the sessions of people, which the public must not reach',
    0,
    maxPort,
    {
      restart: 'always',
    },
  ).optional(),
  adminHost: text('address of the admin port', { restart: 'always' }).default('0.0.0.0'),
  sendTimeoutMs: count('time after which a client that takes no byte is cut', 100, day).default(120_000),
  headersTimeoutMs: count('time for the head of a request', 100, day).default(15_000),
  keepAliveTimeoutMs: count(
    'time after which idle connections are closed; it has to be longer than that of the router',
    0,
    day,
  ).default(95_000),
  sandboxActiveContent: flagOrList(
    'send html, svg and xml with content-security-policy: sandbox; a list of path prefixes such as /reports/ excludes the pages below them, which are trusted to run scripts in the name of their reader',
    pathPrefix,
    expectedPrefixes,
  ).default(true),
  crossOriginResourcePolicy: choice(
    'sites whose pages may embed objects; default: same-site, with session.sameSite none cross-origin',
    ['same-site', 'same-origin', 'cross-origin'],
  ).optional(),
})
