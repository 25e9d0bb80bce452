import { type FaultProxy, startFaultProxy } from '../helpers/fault-proxy.ts'
import { type ProxyProcess, startProxy } from '../helpers/proxy-process.ts'
import type { Random } from '../helpers/random.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis-server.ts'
import type { S3StandIn } from '../helpers/s3-stand-in/stand-in-types.ts'
import { startS3StandIn } from '../helpers/s3-stand-in/start-s3-stand-in.ts'
import type { SsoStandIn } from '../helpers/sso-stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso-stand-in/start-sso-stand-in.ts'
import { createLibrary, type Library } from './library.ts'

/** The proxy, everything around it, and a fault proxy on every way between them. */
export interface Scene {
  s3: S3StandIn
  sso: SsoStandIn
  redis: RedisServer
  library: Library
  proxy: ProxyProcess
  /** Between the proxy and S3, Redis, the SSO; between clients and the proxy. */
  ways: { s3: FaultProxy; redis: FaultProxy; sso: FaultProxy; client: FaultProxy }
  close(): Promise<void>
}

/** Short, so that a fault ends in an answer within its window. */
const patience = {
  S3PROXY_S3_CONNECT_TIMEOUT_MS: '500',
  S3PROXY_S3_STALL_TIMEOUT_MS: '800',
  S3PROXY_S3_DEADLINE_MS: '2500',
  S3PROXY_S3_READER_PATIENCE_MS: '400',
  S3PROXY_S3_PARALLEL_THRESHOLD_BYTES: '1000000',
  S3PROXY_S3_PARALLEL_PART_BYTES: '262144',
  S3PROXY_SSO_TIMEOUT_MS: '1500',
  S3PROXY_SSO_TOKEN_CHECK_INTERVAL_SECONDS: '1',
  S3PROXY_SESSION_TIMEOUT_MS: '1500',
}

/** @param file another build of the program */
export async function startScene(
  random: Random,
  options: { file?: string; env?: Record<string, string> } = {},
): Promise<Scene> {
  const [s3, sso, redis] = await Promise.all([
    startS3StandIn({ maxRecordedRequests: 1_000_000 }),
    startSsoStandIn(),
    startRedisServer({ password: 'redis-secret' }),
  ])
  const to = (port: number) => startFaultProxy({ target: { host: '127.0.0.1', port } })
  const [toS3, toRedis, toSso] = await Promise.all([to(s3.port), to(redis.port), to(sso.port)])
  const library = createLibrary(s3, random)
  const proxy = await startProxy(
    {
      REDIS_URL: `redis://:redis-secret@127.0.0.1:${toRedis.port}`,
      SSO_URL: sso.url,
      S3PROXY_SSO_INTERNAL_URL: `http://127.0.0.1:${toSso.port}/`,
      SSO_CLIENT_ID: sso.clientId,
      SSO_CLIENT_SECRET: sso.clientSecret,
      AWS_S3_REGION: s3.region,
      AWS_S3_ENDPOINT: `http://127.0.0.1:${toS3.port}/${s3.bucket}/`,
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
      AWS_S3_HEALTHCHECK_KEY: 'health.txt',
      ...patience,
      ...options.env,
    },
    options.file === undefined ? {} : { file: options.file },
  )
  const toProxy = await to(proxy.port)
  const ways = { s3: toS3, redis: toRedis, sso: toSso, client: toProxy }
  return {
    ...{ s3, sso, redis, library, proxy, ways },
    async close() {
      await proxy.stop()
      await Promise.all(Object.values(ways).map((way) => way.close()))
      await Promise.all([s3.close(), sso.close(), redis.close()])
    },
  }
}
