import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FaultProxy, startFaultProxy } from '../helpers/network/fault-proxy.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'
import type { Random } from '../helpers/random.ts'
import { type RedisServer, startRedisServer } from '../helpers/redis/redis-server.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import type { OidcStandIn } from '../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import { startOidcStandIn } from '../helpers/sso/oidc-stand-in/start-oidc-stand-in.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'
import { createStage, type Stage } from '../helpers/stage/stage.ts'
import { createEndings, type Endings } from './endings.ts'
import { createLibrary, type Library } from './library.ts'
import { type Logins, loginsAtOauth, loginsAtOpenid } from './logins.ts'
import { accessRules, people } from './people.ts'

/** One proxy or more, everything around them, and a fault proxy on every way between them. */
export interface CampaignStage extends Omit<Stage<SsoStandIn, RedisServer>, 'sso'> {
  /** The SSO, whichever of the two it is; the other one is none, and throws. */
  readonly sso: SsoStandIn
  readonly openid: OidcStandIn
  logins: Logins
  endings: Endings
  /** Things that must not be, which no answer to a visitor shows. */
  complaints: string[]
  library: Library
  /** The first instance. */
  proxy: ProxyProcess
  /** Between the proxy and S3, Redis, the SSO; between clients and the proxy. */
  ways: { s3: FaultProxy; redis: FaultProxy; sso: FaultProxy; client: FaultProxy }
}

/** Short timeouts, so that a fault ends in an answer within its window. */
const shortTimeouts = {
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

/** Limits that nobody reaches, so that places are taken and given back around every fault. */
const wideLimits = {
  S3PROXY_LIMITS_STREAMS_PER_PERSON: '100',
  S3PROXY_LIMITS_BYTES_PER_SECOND_PER_PERSON: '1000000000',
}

/**
 * @param file another build of the program
 * @param instances how many proxies share Redis, S3 and SSO
 * @param isAtOpenid has an OpenID provider as its SSO; all people have the same rights there
 */
export async function startCampaignStage(
  random: Random,
  {
    env,
    instances = 1,
    isAtOpenid = false,
    ...options
  }: { file?: string; env?: Record<string, string>; instances?: number; isAtOpenid?: boolean } = {},
): Promise<CampaignStage> {
  const oauth = isAtOpenid
    ? undefined
    : await startSsoStandIn({
        refreshTokens: 'rotating',
        people: Object.fromEntries(people.map(({ name, claims }) => [name, claims])),
      })
  const openid = isAtOpenid ? await startOidcStandIn() : undefined
  openid?.behave({ claims: { groups: ['staff', 'team'] }, accessTokenSeconds: 36_000 })
  const stage = await createStage<SsoStandIn | OidcStandIn, RedisServer>({
    s3: startS3StandIn({ maxRecordedRequests: 1_000_000 }),
    sso: Promise.resolve(given(oauth ?? openid)),
    redis: startRedisServer({ password: 'redis-secret' }),
  })
  const { s3, sso, redis } = stage
  const to = (port: number) => startFaultProxy({ target: { host: '127.0.0.1', port } })
  const [toS3, toRedis, toSso] = await Promise.all([to(s3.port), to(redis.port), to(sso.port)])
  const library = createLibrary(s3, random)
  const behindFaults = environmentOf({
    s3: { ...s3, endpoint: `http://127.0.0.1:${toS3.port}/${s3.bucket}/` },
    sso,
    redis: { url: `redis://:redis-secret@127.0.0.1:${toRedis.port}` },
  })
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-campaign-'))
  // Rules cannot be given by the environment.
  writeFileSync(join(folder, 's3proxy.json'), JSON.stringify({ access: { rules: accessRules } }))
  const serve = () =>
    stage.serve(
      {
        ...behindFaults,
        // Clients come to the SSO without a fault on their way.
        S3PROXY_SSO_INTERNAL_URL: `http://127.0.0.1:${toSso.port}/`,
        AWS_S3_HEALTHCHECK_KEY: 'health.txt',
        S3PROXY_CONFIG: join(folder, 's3proxy.json'),
        ...shortTimeouts,
        ...wideLimits,
        ...(isAtOpenid ? { S3PROXY_SESSION_RECHECK_SECONDS: '1' } : {}),
        ...env,
      },
      options,
    )
  const proxy = await serve()
  while (stage.proxies.size < instances) await serve()
  const ways = { s3: toS3, redis: toRedis, sso: toSso, client: await to(proxy.port) }
  return {
    ...stage,
    ...{ library, proxy, ways, endings: createEndings(), complaints: [] },
    logins: openid === undefined ? loginsAtOauth(given(oauth)) : loginsAtOpenid(openid),
    get sso() {
      return given(oauth)
    },
    get openid() {
      return given(openid)
    },
    async close() {
      await Promise.all([...stage.proxies].map((one) => one.stop()))
      await Promise.all(Object.values(ways).map((way) => way.close()))
      await stage.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function given<T>(sso: T | undefined): T {
  if (sso === undefined) throw new Error('this stage has another kind of SSO')
  return sso
}
