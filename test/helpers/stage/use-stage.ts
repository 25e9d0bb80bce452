import { after, afterEach, before } from 'node:test'
import { createHttpClient, type HttpClient } from '../clients/http-client.ts'
import { type RedisServer, startRedisServer } from '../redis/redis-server.ts'
import { startS3StandIn } from '../s3/stand-in/start-s3-stand-in.ts'
import { type OidcSso, startOidcSso } from '../sso/oidc-sso.ts'
import { createStage, type Stage } from './stage.ts'

/** Stands in every secret of the stage, so that a log that holds one is found. */
export const canary = 'cAnArY'

type SuiteStage = Stage<OidcSso, RedisServer>

/**
 * One stage for all tests of a suite, with a certified SSO and a real Redis; its proxies are processes of their own.
 *
 * The bucket has `health.txt`, which needs no login, `a page.html` and `large.bin`. Clients end with each test.
 */
export function useStage(): { stage: () => SuiteStage; newClient: () => HttpClient } {
  let stage: SuiteStage | undefined
  const clients: HttpClient[] = []
  before(async () => {
    stage = await startSuiteStage()
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
    stage?.s3.misbehave(null)
  })
  after(async () => {
    await stage?.close()
    for (const { output } of stage?.proxies ?? [])
      if ((output.stdout + output.stderr).includes(canary)) throw new Error('a secret stands in the log')
  })
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

async function startSuiteStage(): Promise<SuiteStage> {
  const stage = await createStage({
    s3: startS3StandIn({ secretAccessKey: `${canary}-of-aws/secret+key` }),
    sso: startOidcSso({ clientSecret: `${canary}-of-the-application` }),
    redis: startRedisServer({ password: `${canary}-of-redis` }),
  })
  Object.assign(stage.env, { AWS_S3_HEALTHCHECK_KEY: 'health.txt', S3PROXY_LOG_LEVEL: 'debug' })
  stage.s3.put('health.txt', { body: 'ok', contentType: 'text/plain' })
  stage.s3.put('a page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
  stage.s3.put('large.bin', { body: { sizeBytes: 64 << 20, seed: 3 } })
  return stage
}
