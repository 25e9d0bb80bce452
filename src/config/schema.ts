import { z } from 'zod'
import { checkEndpoint } from './endpoint.ts'

/** How the text of an environment variable becomes the value of an option. */
export type OptionKind = 'text' | 'count' | 'flag' | 'list'

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
}

const text = (description: string, meta: Partial<OptionMeta> = {}, schema: z.ZodType = z.string().min(1)) =>
  schema.meta({ description, kind: 'text', ...meta }) as z.ZodType<string>

const count = (description: string, minimum: number, maximum: number, meta: Partial<OptionMeta> = {}) =>
  z
    .int()
    .min(minimum)
    .max(maximum)
    .meta({ description, kind: 'count', ...meta })

const flag = (description: string) => z.boolean().meta({ description, kind: 'flag' })

const hosts = z.array(
  z.string().regex(/^[^\s/@?#]+$/, 'expected host names, with a port where it is not the default'),
)

const origin = z
  .string()
  .regex(/^https?:\/\/[^\s/?#@]+\/?$/, 'expected an origin such as https://assets.example.com')
const rootUrl = z
  .string()
  .regex(/^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/, 'expected a URL such as https://sso.example.com/')

const day = 86_400_000
const maxPort = 65_535

/** The one description of the configuration: types, checks, environment names, documentation. */
export const configSchema = z.strictObject({
  server: z.strictObject({
    port: count('port to listen on', 0, maxPort, { env: ['PORT'] }).default(8080),
    host: text('address to listen on').default('0.0.0.0'),
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
    sandboxActiveContent: flag('send html, svg and xml with content-security-policy: sandbox').default(true),
  }),
  s3: z.strictObject({
    region: text(
      'region of the bucket',
      { env: ['AWS_S3_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION'] },
      z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected a region such as eu-west-2'),
    ),
    endpoint: text(
      'URL of the bucket, path or domain style, with a key prefix where wanted',
      { env: ['AWS_S3_ENDPOINT'] },
      z.string().superRefine(checkEndpoint),
    ).optional(),
    bucket: text(
      'bucket, where no endpoint is given',
      { env: ['AWS_S3_BUCKET'] },
      z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected a bucket name'),
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
      z.string().regex(/^[\x21-\x7e]+$/, 'expected printable ASCII'),
    ).optional(),
    secretAccessKey: text('secret of the access key', {
      env: ['AWS_SECRET_ACCESS_KEY'],
      isSecret: true,
    }).optional(),
    sessionToken: text(
      'token of a temporary access key',
      { env: ['AWS_SESSION_TOKEN'], isSecret: true },
      z.string().regex(/^[\x21-\x7e]+$/, 'expected printable ASCII'),
    ).optional(),
    healthcheckKey: text('object served without login', { env: ['AWS_S3_HEALTHCHECK_KEY'] }).optional(),
    connectTimeoutMs: count('until connected to S3', 10, day).default(5000),
    stallTimeoutMs: count('without a byte from S3, before and within a body', 10, day).default(10_000),
    deadlineMs: count('without a byte from S3 over all attempts together', 10, day).default(30_000),
    maxAttempts: count('attempts before the head, and for the rest of a broken body', 1, 20).default(3),
    maxConnections: count('connections to S3; beyond it requests wait', 1, 10_000).default(256),
    readerPatienceMs: count(
      'a client that takes nothing for so long gives its S3 connection back',
      100,
      day,
    ).default(10_000),
  }),
  sso: z.strictObject({
    url: text('root URL of the SSO, as browsers reach it', { env: ['SSO_URL'] }, rootUrl),
    internalUrl: text(
      'root URL of the SSO, as this server reaches it; default: sso.url',
      { env: ['SSO_URL_INTERNAL'] },
      rootUrl,
    ).optional(),
    clientId: text('the application at the SSO', { env: ['SSO_CLIENT_ID'] }),
    clientSecret: text('its secret', { env: ['SSO_CLIENT_SECRET'], isSecret: true }),
    timeoutMs: count('one call to the SSO', 10, day).default(10_000),
    tokenCheckIntervalSeconds: count(
      'how long a verified token is trusted; 0: every request asks the SSO',
      0,
      86_400,
      { env: ['SSO_TOKEN_CHECK_GRACE_PERIOD'] },
    ).default(60),
    scope: text('scope asked for').default('read write'),
  }),
  session: z.strictObject({
    store: z
      .enum(['redis', 'memory'])
      .meta({ description: 'where sessions are; default: redis when its URL is known', kind: 'text' })
      .optional(),
    redisUrl: text(
      'URL of Redis; several, separated by commas, for Cluster and Sentinel',
      { env: ['VCAP_SERVICES', 'REDIS_ENDPOINT', 'REDIS_URL'], isSecret: true },
      z
        .string()
        .regex(
          /^rediss?:\/\/[^\s,]+(?:,\s*rediss?:\/\/[^\s,]+)*$/,
          'expected redis://host:port or rediss://host:port',
        ),
    ).optional(),
    redisCluster: flag('Redis is a Cluster').default(false),
    redisSentinelName: text('name of the master, when the URLs are those of Sentinels').optional(),
    redisKeyPrefix: text(
      'put before every key in Redis',
      {},
      z.string().regex(/^[\x21-\x7a]*$/, 'expected printable ASCII without braces'),
    ).default('s3proxy:'),
    timeoutMs: count('one Redis command, and connecting to Redis', 10, day).default(1000),
    maxAgeSeconds: count('age of a session at which it ends', 60, 31_536_000).default(32_400),
    cookieName: text(
      'name of the session cookie; gets __Host- before it on https',
      {},
      z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected letters, digits, _ . -'),
    ).default('s3proxy_session'),
    sameSite: z
      .enum(['lax', 'none'])
      .meta({ description: 'SameSite of the cookies; none for assets embedded by other sites', kind: 'text' })
      .default('lax'),
    acceptLegacySessions: flag('read sessions that the original wrote, and upgrade them').default(false),
  }),
  log: z.strictObject({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .meta({ description: 'least severe lines that are logged', kind: 'text' })
      .default('info'),
  }),
})

/** Every option with its value; see docs/configuration in the README. */
export type Config = z.output<typeof configSchema>
