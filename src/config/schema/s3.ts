import { reservedKeys } from '../../http/own-paths.ts'
import type { BucketEndpoint } from '../../s3/bucket-endpoint.ts'
import { expectedEndpoint, parseEndpoint } from './endpoint.ts'
import { choice, count, text, textLike } from './option-types.ts'
import { section } from './section.ts'
import { anyText, parsed, printable, rootUrl, shaped } from './text-shapes.ts'
import { day, mebibyte, terabyte } from './units.ts'

const token = printable(/^[\x21-\x7e]+$/, /[^\x21-\x7e]/, 'expected printable ASCII without spaces')
const awsSecret = printable(
  /^(?!\s)\P{Cc}+(?<!\s)$/u,
  /\p{Cc}/u,
  'expected text without control characters, and without spaces around it',
)

const bucketName = shaped(
  /^[A-Za-z0-9._-]{3,255}(?:\/.*)?$/,
  'expected the name of a bucket, with a key prefix where wanted',
).refine((value) => value.isWellFormed(), 'expected text that is well-formed Unicode')

const expectedKey = 'expected the key of an object that can be served: not a reserved one, no segment . or ..'
const [callbackKey, ownKeyPrefix] = reservedKeys
const reserved = `${callbackKey}$|${ownKeyPrefix}`
const servableKey = shaped(
  new RegExp(String.raw`^(?!${reserved})(?![^\0]*(?:^|[/\\])\.\.?(?:[/\\]|$))[^\0]+$`),
  expectedKey,
).refine((value) => value.isWellFormed(), expectedKey)

/** The bucket, the credentials for it, and how it is asked. */
export const s3 = section({
  region: textLike(
    'region of the bucket',
    shaped(/^[a-z0-9-]{1,64}$/, 'expected a region such as eu-west-2'),
    { env: ['AWS_S3_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION'] },
  ),
  endpoint: textLike(
    'URL of the bucket in path or domain style, with or without a key prefix',
    parsed(anyText('expected the URL of a bucket'), parseEndpoint, expectedEndpoint),
    { env: ['AWS_S3_ENDPOINT'], show: ({ url }: BucketEndpoint) => url },
  ).optional(),
  addressingStyle: choice(
    'way in which requests name the bucket: path (by the first segment of the path), virtual (by the host), or auto: as the host shows at AWS; elsewhere path where s3.endpoint has one, or where s3.bucket is given',
    ['auto', 'path', 'virtual'],
  ).default('auto'),
  bucket: textLike(
    'name of the bucket in place of an endpoint; my-bucket/prefix is possible too',
    bucketName,
    {
      env: ['AWS_S3_BUCKET'],
    },
  ).optional(),
  endpointUrl: textLike('root URL of an S3 other than AWS, for use with bucket', rootUrl, {
    env: ['S3_ENDPOINT_URL'],
  }).optional(),
  keyPrefix: text('beginning of every key, for use with bucket', { env: ['KEY_PREFIX'] }).optional(),
  accessKeyId: textLike('access key; without it the AWS default chain is used', token, {
    env: ['AWS_ACCESS_KEY_ID'],
    isSecret: true,
  }).optional(),
  secretAccessKey: textLike('secret of the access key', awsSecret, {
    env: ['AWS_SECRET_ACCESS_KEY'],
    isSecret: true,
  }).optional(),
  sessionToken: textLike(
    'token of a temporary access key; it has to come from the same source as the key (the environment, `.env`, or names and files of s3proxy itself)',
    token,
    { env: ['AWS_SESSION_TOKEN'], isSecret: true },
  ).optional(),
  healthcheckKey: textLike('object served without login', servableKey, {
    env: ['AWS_S3_HEALTHCHECK_KEY'],
  }).optional(),
  connectTimeoutMs: count('time to connect to S3', 10, day).default(5000),
  stallTimeoutMs: count('longest time without a byte from S3, before and within a body', 10, day).default(
    10_000,
  ),
  deadlineMs: count(
    'longest wait for S3 over all attempts together, before the head or within a body',
    10,
    day,
  ).default(30_000),
  maxAttempts: count(
    'number of attempts before the head; also of contradictory answers to requests for the rest of a body',
    1,
    20,
  ).default(3),
  maxConnections: count('most connections to S3; beyond them requests wait', 1, 10_000).default(256),
  readerPatienceMs: count(
    'time after which a client that takes nothing loses its connection to S3, and is continued later',
    100,
    day,
  ).default(10_000),
  parallelConnections: count(
    'most connections to S3 for one large download; 1 switches several connections off',
    1,
    64,
  ).default(4),
  parallelThresholdBytes: count(
    'size above which downloads use several connections where that is faster',
    0,
    terabyte,
  ).default(32 * mebibyte),
  parallelPartBytes: count(
    'size of most parts, of which each of several connections fetches one at a time',
    65_536,
    1024 * mebibyte,
  ).default(12 * mebibyte),
  parallelMemoryBytes: count(
    'most memory for parts that all downloads fetch ahead; beyond it they use one connection',
    0,
    terabyte,
  ).default(96 * mebibyte),
})
