import { z } from 'zod'
import { checkEndpoint } from './endpoint.ts'
import { checkRedisUrl, expectedRedis, splitRedisUrls } from './redis-url.ts'
import { withoutTrailingDot } from './trailing-dot.ts'

/** How the text of an environment variable becomes the value of an option. */
export type OptionKind = 'text' | 'count' | 'flag' | 'list' | 'flag or list'

/** One option's part of the schema. */
export type OptionSchema = z.ZodType

/** What the schema says of an option beyond its type. */
export interface OptionMeta {
  description: string
  kind: OptionKind
  /** Names of the original and of the platform, strongest first; the systematic name goes before them. */
  env?: string[]
  /** Never shown, and may come from a file (`NAME_FILE`). */
  isSecret?: boolean
  /** The path of a file that is read with the configuration. */
  isFile?: boolean
}

const text = (
  description: string,
  meta: Partial<OptionMeta> = {},
  schema: z.ZodType = z
    .string('expected text')
    .min(1, 'expected text that is not empty')
    .refine((value) => value.isWellFormed(), 'expected text that is well-formed Unicode'),
) => schema.meta({ description, kind: 'text', ...meta }) as z.ZodType<string>

const file = (description: string) => text(description, { isFile: true })

const count = (description: string, minimum: number, maximum: number, meta: Partial<OptionMeta> = {}) => {
  const expected = `expected a whole number from ${minimum} to ${maximum}`
  return z
    .int(expected)
    .min(minimum, expected)
    .max(maximum, expected)
    .meta({ description, kind: 'count', ...meta })
}

const flag = (description: string) => z.boolean('expected true or false').meta({ description, kind: 'flag' })

/** Text of one shape; the message says which, and never repeats what was given. */
const shaped = (shape: RegExp, expected: string) => z.string(expected).regex(shape, expected)

const expectedPaths = 'expected true, false, or path prefixes that begin with /, such as /reports/'
const pathPrefix = shaped(/^\/[^\0]*$/, expectedPaths).refine(
  (path) => path.isWellFormed() && !/(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(path),
  expectedPaths,
)
const flagOrPaths = (description: string) =>
  z
    .union([z.boolean(), z.array(pathPrefix).min(1, expectedPaths)], expectedPaths)
    .meta({ description, kind: 'flag or list' })

const choice = <const Values extends readonly string[]>(description: string, values: Values) =>
  z.enum(values, `expected one of ${values.join(', ')}`).meta({ description, kind: 'text' })

/** The same, for what `new URL` must be able to read later. */
const url = (shape: RegExp, expected: string) =>
  shaped(shape, expected).refine((value) => URL.canParse(value), expected)

const expectedHosts = 'expected host names, with a port where it is not the default'
const hosts = z
  .array(
    shaped(/^[^\s/\\@?#]+$/, expectedHosts).refine((host) => URL.canParse(`https://${host}/`), expectedHosts),
    expectedHosts,
  )
  .min(1, expectedHosts)

const origin = url(
  /^https?:\/\/[^\s/\\?#@]+\/?$/,
  'expected an origin without path, such as https://assets.example.com',
)
const rootUrl = url(
  /^(?=[!-~]+$)https?:\/\/[^\s/\\?#@]+(?:\/[^\s?#]*)?$/,
  'expected a URL in ASCII without user and query, such as https://sso.example.com/',
).overwrite(withoutTrailingDot)
/** Its pages are found below it, and are no part of it. */
const ssoUrl = rootUrl.refine(
  (value) => !/\/(?:o\/(?:authorize|token)|api\/v1\/user\/me)\/?$/i.test(value),
  'expected the root URL of the SSO: leave out o/authorize/, o/token/ or api/v1/user/me/ at its end, which are added',
)

/** Text for headers and forms; the message says where the first character of another kind is, and never which. */
const printable = (shape: RegExp, others: RegExp, expected: string) =>
  z.string(expected).regex(shape, {
    error({ input }) {
      const index = [...String(input)].findIndex((character) => others.test(character))
      return index === -1 ? expected : `${expected}: character ${index + 1} is something else`
    },
  })
const token = printable(/^[\x21-\x7e]+$/, /[^\x21-\x7e]/, 'expected printable ASCII without spaces')
/** RFC 6749 appendix A.1 and A.2: VSCHAR. A line break from a file or a copied blank around it is no part of it. */
const vschars = printable(
  /^(?! )[\x20-\x7e]+(?<! )$/,
  /[^\x20-\x7e]/,
  'expected printable ASCII without spaces or line breaks around it',
)
const awsSecret = printable(
  /^(?!\s)\P{Cc}+(?<!\s)$/u,
  /\p{Cc}/u,
  'expected text without control characters, and without spaces around it',
)
/** A line break from a file or a copied blank is what makes most secrets fail. */
const secret = shaped(/^\S(?:[\s\S]*\S)?$/, 'expected text without spaces or line breaks around it')
/** RFC 6749 appendix A.4. */
const scopes = shaped(
  /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  'expected scopes in printable ASCII, separated by single spaces',
)

const expectedKey = 'expected the key of an object that can be served: not a reserved one, no segment . or ..'
const servableKey = /^(?!__redirect_from_sso$|__s3proxy\/)(?![^\0]*(?:^|[/\\])\.\.?(?:[/\\]|$))[^\0]+$/

/** What the kernel takes, with room for the NUL. */
const maxSocketPathBytes = 103
const expectedSocket = `expected an absolute path of at most ${maxSocketPathBytes} bytes`
const unixSocket = shaped(/^\/[^\0]*[^/\0]$/, expectedSocket).refine(
  (path) => Buffer.byteLength(path) <= maxSocketPathBytes,
  expectedSocket,
)

const day = 86_400_000
const maxPort = 65_535
const mebibyte = 1024 * 1024
const terabyte = 1024 ** 4

/** The one description of the configuration: types, checks, environment names, documentation. */
export const configSchema = z.strictObject({
  server: z.strictObject({
    port: count('port to listen on', 0, maxPort, { env: ['PORT'] }).default(8080),
    host: text('address to listen on').default('0.0.0.0'),
    socketPath: text('Unix socket to listen on, instead of a port', {}, unixSocket).optional(),
    socketMode: text(
      'permissions of the Unix socket, in octal',
      {},
      shaped(/^0?[0-7]{3}$/, 'expected three octal digits such as 660'),
    ).default('660'),
    tlsCertFile: file(
      'PEM file with the certificate and those between it and its authority; clients then speak TLS',
    ).optional(),
    tlsKeyFile: file('PEM file with the private key of the certificate').optional(),
    publicUrl: text(
      'canonical origin; every URL made uses it, and other hosts get 421',
      {},
      origin,
    ).optional(),
    allowedHosts: hosts
      .meta({
        description:
          'hosts that are served when publicUrl is not set; default: those of VCAP_APPLICATION, else any',
        kind: 'list',
      })
      .optional(),
    drainTimeoutMs: count('after SIGTERM, how long requests under way may take', 0, day).default(9000),
    workers: count('processes that share the port', 1, 256, { env: ['WEB_CONCURRENCY'] }).default(1),
    adminPort: count(
      'port for liveness, readiness and metrics, which the public never sees',
      0,
      maxPort,
    ).optional(),
    adminHost: text('address of the admin port').default('0.0.0.0'),
    sendTimeoutMs: count('a client that takes no byte for so long is cut', 100, day).default(120_000),
    headersTimeoutMs: count('until the head of a request must be in', 100, day).default(15_000),
    keepAliveTimeoutMs: count(
      'idle connections are closed; longer than the router keeps its own',
      0,
      day,
    ).default(95_000),
    sandboxActiveContent: flagOrPaths(
      'send html, svg and xml with content-security-policy: sandbox; path prefixes such as /reports/: not below these, where pages are trusted to run script as their reader',
    ).default(true),
    crossOriginResourcePolicy: choice(
      'whose pages may embed what is sent; default: same-site, with session.sameSite none cross-origin',
      ['same-site', 'same-origin', 'cross-origin'],
    ).optional(),
  }),
  s3: z.strictObject({
    region: text(
      'region of the bucket',
      { env: ['AWS_S3_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION'] },
      shaped(/^[a-z0-9-]{1,64}$/, 'expected a region such as eu-west-2'),
    ),
    endpoint: text(
      'URL of the bucket, path or domain style, with a key prefix where wanted',
      { env: ['AWS_S3_ENDPOINT'] },
      z.string('expected the URL of a bucket').superRefine(checkEndpoint),
    ).optional(),
    bucket: text(
      'bucket, where no endpoint is given; my-bucket/prefix too',
      { env: ['AWS_S3_BUCKET'] },
      shaped(
        /^[A-Za-z0-9._-]{3,255}(?:\/.*)?$/,
        'expected the name of a bucket, with a key prefix where wanted',
      ).refine((value) => value.isWellFormed(), 'expected text that is well-formed Unicode'),
    ).optional(),
    endpointUrl: text(
      'root URL of an S3 other than AWS, for use with bucket',
      { env: ['S3_ENDPOINT_URL'] },
      rootUrl,
    ).optional(),
    keyPrefix: text('put before every key, for use with bucket', { env: ['KEY_PREFIX'] }).optional(),
    accessKeyId: text(
      'access key; without it the AWS default chain is used',
      { env: ['AWS_ACCESS_KEY_ID'], isSecret: true },
      token,
    ).optional(),
    secretAccessKey: text(
      'secret of the access key',
      { env: ['AWS_SECRET_ACCESS_KEY'], isSecret: true },
      awsSecret,
    ).optional(),
    sessionToken: text(
      'token of a temporary access key; only from where the key is from (the environment, `.env`, or names and files of our own)',
      { env: ['AWS_SESSION_TOKEN'], isSecret: true },
      token,
    ).optional(),
    healthcheckKey: text(
      'object served without login',
      { env: ['AWS_S3_HEALTHCHECK_KEY'] },
      shaped(servableKey, expectedKey).refine((value) => value.isWellFormed(), expectedKey),
    ).optional(),
    connectTimeoutMs: count('until connected to S3', 10, day).default(5000),
    stallTimeoutMs: count('without a byte from S3, before and within a body', 10, day).default(10_000),
    deadlineMs: count(
      'waiting for S3 over all attempts together, before the head or within a body',
      10,
      day,
    ).default(30_000),
    maxAttempts: count('attempts before the head, and for a rest that makes no sense', 1, 20).default(3),
    maxConnections: count('connections to S3; beyond it requests wait', 1, 10_000).default(256),
    readerPatienceMs: count(
      'a client that takes nothing for so long gives its S3 connection back',
      100,
      day,
    ).default(10_000),
    parallelConnections: count(
      'connections to S3 for one large download; 1: never more than one',
      1,
      64,
    ).default(4),
    parallelThresholdBytes: count(
      'larger downloads use several connections where that is faster',
      0,
      terabyte,
    ).default(32 * mebibyte),
    parallelPartBytes: count(
      'asked for at a time on each of several connections',
      65_536,
      1024 * mebibyte,
    ).default(12 * mebibyte),
    parallelMemoryBytes: count(
      'for what all downloads fetch ahead; beyond it they use one connection',
      0,
      terabyte,
    ).default(96 * mebibyte),
  }),
  sso: z.strictObject({
    url: text('root URL of the SSO, as browsers reach it', { env: ['SSO_URL'] }, ssoUrl),
    internalUrl: text(
      'root URL of the SSO, as this server reaches it; default: sso.url',
      { env: ['SSO_URL_INTERNAL'] },
      ssoUrl,
    ).optional(),
    clientId: text('the application at the SSO', { env: ['SSO_CLIENT_ID'] }, vschars),
    clientSecret: text('secret of the application', { env: ['SSO_CLIENT_SECRET'], isSecret: true }, vschars),
    timeoutMs: count('one call to the SSO', 10, day).default(10_000),
    tokenCheckIntervalSeconds: count(
      'how long a verified token is trusted; 0: every request asks the SSO',
      0,
      86_400,
      { env: ['SSO_TOKEN_CHECK_GRACE_PERIOD'] },
    ).default(60),
    scope: text('scope asked for', {}, scopes).default('read write'),
    logoutUrl: text(
      'page of the SSO that ends its own session; a link on the page that says signed out',
      {},
      url(
        /^https?:\/\/[^\s/\\?#@]+(?:[/?][^\s#]*)?$/,
        'expected a URL without user, such as https://sso.example.com/logout',
      ),
    ).optional(),
    userClaim: text(
      'what names the person in the answer of the SSO; default: user_id, sub, id, email or username, the first that is there',
    ).optional(),
  }),
  session: z.strictObject({
    store: choice('where sessions are kept; default: redis when its URL is known, else memory', [
      'redis',
      'memory',
    ]).optional(),
    redisUrl: text(
      'URL of Redis; several, separated by commas, for Cluster and Sentinel',
      { env: ['VCAP_SERVICES', 'REDIS_ENDPOINT', 'REDIS_URL'], isSecret: true },
      z
        .string(expectedRedis)
        .superRefine(checkRedisUrl)
        .overwrite((urls) => splitRedisUrls(urls).map(withoutTrailingDot).join(',')),
    ).optional(),
    redisCluster: flag('Redis is a Cluster').default(false),
    redisSentinelName: text('name of the master, when the URLs are those of Sentinels').optional(),
    redisSentinelPassword: text(
      'password of the Sentinels themselves, where they have one',
      { isSecret: true },
      secret,
    ).optional(),
    redisCaFile: file('PEM file with the authority that Redis has its certificate from').optional(),
    redisKeyPrefix: text(
      'put before every key in Redis',
      {},
      shaped(/^[\x21-\x7a]*$/, 'expected printable ASCII without spaces and braces'),
    ).default('s3proxy:'),
    timeoutMs: count('one Redis command, and connecting to Redis', 10, day).default(1000),
    maxAgeSeconds: count('age of a session at which it ends', 60, 31_536_000).default(32_400),
    cookieName: text(
      'name of the session cookie; gets __Host- before it on https',
      {},
      shaped(/^[A-Za-z0-9_.-]{1,64}$/, 'expected letters, digits, _ . -'),
    ).default('s3proxy_session'),
    sameSite: choice('SameSite of the cookies; none for assets embedded by other sites', [
      'lax',
      'none',
    ]).default('lax'),
    acceptLegacySessions: flag(
      'read sessions that the original wrote, and upgrade them once the person has said whose they are',
    ).default(false),
  }),
  log: z.strictObject({
    level: choice('least severe lines that are logged', [
      'trace',
      'debug',
      'info',
      'warn',
      'error',
      'fatal',
      'silent',
    ]).default('info'),
    audit: flag('one line for each object that was delivered: to whom, which bytes, how it ended').default(
      false,
    ),
    identity: choice('how lines name the person: as the SSO does, or by a keyed hash of that', [
      'plain',
      'hashed',
    ]).default('plain'),
    identityHashKey: text(
      'key of that hash, at least 16 characters',
      { isSecret: true },
      secret.min(16, 'expected at least 16 characters'),
    ).optional(),
  }),
})

/** Every option with its value; described to people under 'Configuration' in README.md. */
export type Config = z.output<typeof configSchema> & {
  /** What the files hold that options name, by the path of the option. */
  files?: Readonly<Record<string, string>>
}
