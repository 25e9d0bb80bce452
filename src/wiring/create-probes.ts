import { asksForGroups } from '../access/asks-for-groups.ts'
import { nameSources } from '../config/name-sources.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { hostsLike, originOf } from '../http/site.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { hostsOf } from '../mount/find-mount.ts'
import { healthcheckKeyIn } from '../mount/health-check.ts'
import { nameOptionsOf } from '../mount/name-options.ts'
import type { Person } from '../person/person.ts'
import { accessSteps } from '../probe/access-probe.ts'
import { issuerSteps } from '../probe/issuer-probe.ts'
import { type ProbeResult, runSteps } from '../probe/probe.ts'
import { redisSteps } from '../probe/redis-probe.ts'
import { s3Steps } from '../probe/s3-probe.ts'
import { ssoSteps } from '../probe/sso-probe.ts'
import { type CredentialSource, createCredentialSource } from '../s3/credentials.ts'
import { chooseAuthentication } from '../sso/choose-authentication.ts'
import { createOAuth2Calls } from '../sso/oauth2-calls.ts'
import { createOAuth2Sso } from '../sso/oauth2-sso.ts'
import { connectRedis } from '../store/redis-client.ts'
import { createRedisStore } from '../store/redis-store.ts'
import { type BucketConfig, configuredMounts } from './bucket-config.ts'
import { clientAssertionOf } from './client-assertion-of.ts'
import { now } from './clocks.ts'
import { createBucketClient } from './create-bucket-client.ts'
import { createSsoIssuer } from './create-oidc.ts'
import { createS3Memory } from './create-s3-memory.ts'
import { createSharedOrigin } from './create-shared-origin.ts'
import { ssoOptions } from './create-sso.ts'
import { bearerStepsOf } from './probe-bearer.ts'
import { userAgentOf } from './user-agent.ts'

const ssoCodes = { failed: 'SSO_UNAVAILABLE', late: 'SSO_TIMEOUT' } as const

/**
 * Tries S3, Redis and the SSO for real. They are tried one after the other, so that the times are right. Never rejects.
 *
 * @param given an access token to try, as one that a program sends, and a person to try the rules with
 */
export async function probe(
  config: Config,
  sources: Readonly<Record<string, string>>,
  version: string,
  { token, person }: { token?: string | undefined; person?: Person | undefined } = {},
): Promise<ProbeResult[]> {
  const userAgent = userAgentOf(version)
  let ofToken: Person | undefined
  const onAccepted = (accepted: Person) => {
    ofToken = accepted
  }
  const ssoIssuer = createSsoIssuer(config.sso, userAgent)
  const results = [
    ...(await probeMounts(config, sources, userAgent)),
    ...(await probeRedis(config)),
    ...(await probeSso(config, ssoIssuer, userAgent)),
    ...(await runSteps(bearerStepsOf(config, { ssoIssuer, token, onAccepted, userAgent }), ssoCodes)),
  ]
  const { access } = config
  results.push(...(await runSteps(accessSteps({ access, ofToken, ofFile: person }), ssoCodes)))
  return results.map((result) => ({
    ...result,
    message: nameSources(result.message, sources),
    advice: nameSources(result.advice, sources),
  }))
}

/** Tries every mount. The steps of a mount have its name: `s3.NAME.connect`. */
async function probeMounts(
  config: Config,
  sources: Readonly<Record<string, string>>,
  userAgent: string,
): Promise<ProbeResult[]> {
  const mounts = configuredMounts(config)
  const { healthcheckKey } = config.s3
  const results: ProbeResult[] = []
  for (const mount of mounts) {
    const { name, bucket } = mount
    const key = healthcheckKeyIn(mount, mounts, healthcheckKey)
    // Without any such object, one mount says so for all.
    const isElsewhere = healthcheckKey === undefined ? mount !== mounts[0] : key === undefined
    const from = sources[name === undefined ? 's3.accessKeyId' : `mounts.${name}.accessKeyId`]
    for (const result of await probeS3(bucket, { key, isElsewhere }, from, userAgent))
      results.push({
        ...result,
        name: name === undefined ? result.name : result.name.replace(/^s3\./, `s3.${name}.`),
        message: nameOptionsOf(name, result.message),
        advice: nameOptionsOf(name, result.advice),
      })
  }
  return results
}

async function probeS3(
  bucket: BucketConfig,
  healthcheck: { key: string | undefined; isElsewhere: boolean },
  credentialsFrom: string | undefined,
  userAgent: string,
): Promise<ProbeResult[]> {
  const { pool } = createSharedOrigin(bucket, createS3Memory(bucket))
  const credentials = createCredentialSource(bucket)
  const clientOf = (source: CredentialSource) => createBucketClient(bucket, pool, source, userAgent)
  const steps = s3Steps({
    client: clientOf(credentials),
    clientWith: (others) => clientOf(createCredentialSource({ ...bucket, ...others })),
    credentials,
    credentialsFrom,
    peer: bucket.endpoint.origin,
    healthcheckKey: healthcheck.key,
    isHealthcheckElsewhere: healthcheck.isElsewhere,
    timeoutMs: Math.max(bucket.connectTimeoutMs, bucket.stallTimeoutMs),
  })
  return runSteps(steps, { failed: 'S3_UNAVAILABLE', late: 'S3_TIMEOUT' }).finally(() => pool.close())
}

async function probeRedis({ session }: Config): Promise<ProbeResult[]> {
  const { redisUrl, timeoutMs } = session
  if (session.store === 'memory' || redisUrl === undefined) {
    const message = 'not used: sessions are kept in memory (session.store)'
    return [{ name: 'redis', ok: true, ms: 0, message, advice: '' }]
  }
  return runSteps(
    redisSteps({
      connect: (events) => connectRedis({ ...session, redisUrl, ca: session.redisCaFile?.content }, events),
      storeOf: (redis) => createRedisStore(redis, { prefix: session.redisKeyPrefix, timeoutMs }),
      isCluster: session.redisCluster,
      sentinelName: session.redisSentinelName,
      timeoutMs,
    }),
    { failed: 'SESSION_STORE_UNAVAILABLE', late: 'SESSION_STORE_UNAVAILABLE' },
  )
}

async function probeSso(
  { sso, server, mounts, access }: Config,
  issuer: Issuer | undefined,
  userAgent: string,
): Promise<ProbeResult[]> {
  const { publicUrl, allowedHosts = [] } = server
  const mountHosts = hostsOf(Object.values(mounts))
  const isSecure = publicUrl?.isSecure ?? true
  const hosts =
    publicUrl === undefined
      ? [...allowedHosts, ...mountHosts]
      : [publicUrl.host, ...hostsLike(publicUrl.host, mountHosts)]
  const origins = hosts.map((host) => originOf({ host, isSecure }))
  if (issuer !== undefined) {
    const client = { ...sso, clientAssertion: clientAssertionOf(sso, issuer.name) }
    return runSteps(
      issuerSteps({
        ...{ ...sso, issuer, client, origins, userAgent },
        isAskedForGroups: asksForGroups(access),
        authenticationOf: (metadata) => chooseAuthentication(metadata, sso),
      }),
      ssoCodes,
    )
  }
  const options = ssoOptions(sso)
  const calls = createOAuth2Calls({ ...options, userAgent, now })
  return runSteps(
    ssoSteps({
      sso: createOAuth2Sso(calls, options),
      userAgent,
      endpoints: options.endpoints,
      addresses: sso,
      client: options,
      origins,
      timeoutMs: sso.timeoutMs,
    }),
    ssoCodes,
  )
}
