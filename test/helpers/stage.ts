import { after, afterEach, before } from 'node:test'
import { createHttpClient, type HttpClient } from './http-client.ts'
import type { OidcSso } from './oidc-sso.ts'
import { startOidcSso } from './oidc-sso.ts'
import type { ProxyProcess } from './proxy-process.ts'
import { startProxy } from './proxy-process.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'
import type { S3StandIn } from './s3-stand-in/stand-in-types.ts'
import { startS3StandIn } from './s3-stand-in/start-s3-stand-in.ts'

/** Everything that the proxy needs around it, for real: S3, SSO, Redis. */
export interface Stage {
  s3: S3StandIn
  sso: OidcSso
  redis: RedisServer
  /** The environment as the original's README has it, with this stage's addresses. */
  env: Record<string, string>
  /** Starts a proxy of this environment, and registers it at the SSO. */
  serve(env?: Record<string, string>): Promise<ProxyProcess>
  close(): Promise<void>
}

/** Words in every secret of a stage, so that a log that holds one is found. */
export const canary = 'cAnArY'

/** One stage for all tests of a suite, with two objects in its bucket, and clients that end with each test. */
export function useStage(): { stage: () => Stage; newClient: () => HttpClient } {
  let stage: Stage | undefined
  const clients: HttpClient[] = []
  before(async () => {
    stage = await startStage()
    stage.s3.put('a page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
    stage.s3.put('large.bin', { body: { sizeBytes: 64 << 20, seed: 3 } })
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
    stage?.s3.misbehave(null)
  })
  after(() => stage?.close())
  return {
    stage() {
      if (stage === undefined) throw new Error('the stage is there when the tests run')
      return stage
    },
    newClient() {
      const client = createHttpClient()
      clients.push(client)
      return client
    },
  }
}

async function startStage(): Promise<Stage> {
  const secretAccessKey = `${canary}-of-aws/secret+key`
  const clientSecret = `${canary}-of-the-application`
  const s3 = await startS3StandIn({ secretAccessKey })
  const sso = await startOidcSso({ clientSecret })
  const redis = await startRedisServer({ password: `${canary}-of-redis` })
  const proxies = new Set<ProxyProcess>()
  const env = {
    VCAP_SERVICES: JSON.stringify({ redis: [{ credentials: { uri: redis.url } }] }),
    SSO_URL: sso.url,
    SSO_CLIENT_ID: sso.clientId,
    SSO_CLIENT_SECRET: clientSecret,
    S3PROXY_SSO_SCOPE: sso.scope,
    AWS_S3_REGION: s3.region,
    AWS_S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_S3_HEALTHCHECK_KEY: 'health.txt',
    S3PROXY_LOG_LEVEL: 'debug',
  }
  s3.put('health.txt', { body: 'ok', contentType: 'text/plain' })
  return {
    ...{ s3, sso, redis, env },
    async serve(more = {}) {
      const proxy = await startProxy({ ...env, ...more })
      sso.allowRedirect(`${proxy.origin}/__redirect_from_sso`)
      proxies.add(proxy)
      return proxy
    },
    async close() {
      await Promise.all([...proxies].map((proxy) => proxy.stop()))
      await Promise.all([s3.close(), sso.close(), redis.close()])
      for (const { output } of proxies) {
        if ((output.stdout + output.stderr).includes(canary)) throw new Error('a secret stands in the log')
      }
    },
  }
}
