import { choice, count, file, flag, text, textLike } from './option-types.ts'
import { expectedRedis, parseRedisUrls, showRedisAddresses, withRedisScheme } from './redis-url.ts'
import { section } from './section.ts'
import { anyText, parsed, secret, shaped } from './text-shapes.ts'
import { day } from './units.ts'

const redisUrls = parsed(anyText(expectedRedis), parseRedisUrls, expectedRedis)

const ofStore = { restart: 'with-store', reopensStore: true } as const

/** Sessions, their cookie, and the store that has them. */
export const session = section({
  store: choice(
    'place of sessions; default: redis where its URL is known, else memory',
    ['redis', 'memory'],
    { restart: 'always' },
  ).optional(),
  redisUrl: textLike('URL of Redis; several, separated by commas, for Cluster and Sentinel', redisUrls, {
    env: ['VCAP_SERVICES', 'REDIS_ENDPOINT', 'REDIS_URL'],
    ...ofStore,
    isSecret: true,
    complete: withRedisScheme,
    show: showRedisAddresses,
  }).optional(),
  redisCluster: flag('Redis is a Cluster', ofStore).default(false),
  redisSentinelName: text('name of the master, where the URLs are those of Sentinels', ofStore).optional(),
  redisSentinelPassword: textLike('password of the Sentinels themselves, where they have one', secret, {
    ...ofStore,
    isSecret: true,
  }).optional(),
  redisCaFile: file(
    'PEM file with the certificate of the authority that Redis has its certificate from',
    ofStore,
  ).optional(),
  redisKeyPrefix: textLike(
    'beginning of every key in Redis',
    shaped(/^[\x21-\x7a]*$/, 'expected printable ASCII without spaces and braces'),
    ofStore,
  ).default('s3proxy:'),
  timeoutMs: count('time for one Redis command, and for connecting to Redis', 10, day, {
    reopensStore: true,
  }).default(1000),
  maxAgeSeconds: count('age of a session at which it ends', 60, 31_536_000).default(32_400),
  idleTimeoutSeconds: count(
    'time after which a session ends that nobody uses; a download under way is use; by default none ends so',
    60,
    31_536_000,
  ).optional(),
  recheckSeconds: count(
    'time after which the session of a download under way is looked up again, and the download cut if it has ended; 0: never',
    0,
    86_400,
  ).default(15),
  cookieName: textLike(
    'name of the session cookie, which begins with __Host- on https',
    shaped(/^[A-Za-z0-9_.-]{1,64}$/, 'expected letters, digits, _ . -'),
  ).default('s3proxy_session'),
  sameSite: choice('SameSite of the cookies; none lets other sites embed objects', ['lax', 'none']).default(
    'lax',
  ),
  acceptLegacySessions: flag(
    'accept sessions of the original, and upgrade each one once the person has confirmed it',
    { reopensStore: true },
  ).default(false),
})
