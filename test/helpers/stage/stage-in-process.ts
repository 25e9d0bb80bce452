import type { TestContext } from 'node:test'
import { createHttpClient, type HttpClient } from '../clients/http-client.ts'
import type { LogLine } from '../proxy/log-lines.ts'
import { startProxyInProcess } from '../proxy/proxy-in-process.ts'
import type { S3StandIn } from '../s3/stand-in/stand-in-types.ts'
import { startS3StandIn } from '../s3/stand-in/start-s3-stand-in.ts'
import type { SsoStandIn } from '../sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../sso/stand-in/start-sso-stand-in.ts'
import type { SsoAddress } from './environment.ts'

/** One proxy in this process, and an S3 and an SSO that obey; all of it ends with the test. */
export interface StageInProcess<Sso = SsoStandIn> {
  readonly origin: string
  readonly s3: S3StandIn
  readonly sso: Sso
  /** Every line that was logged, from `debug` on. */
  readonly log: LogLine[]
  /** Opens somebody's browser, which asks for pages unless told otherwise. */
  browser(headers?: Record<string, string>): HttpClient
}

export interface StageInProcessOptions {
  env?: Record<string, string>
  /** The content of the configuration file, or what makes it for the S3 of the stage. */
  content?: object | ((s3: S3StandIn) => object)
  /** Keeps the sessions, in place of memory; its giver closes it. */
  redis?: { url: string }
}

/** The object `page.html` is in the bucket. */
export async function startStageInProcess(
  t: TestContext,
  options?: StageInProcessOptions,
): Promise<StageInProcess>
/** @param options `sso` takes the place of the stand-in; its giver closes it */
export async function startStageInProcess<Sso extends SsoAddress>(
  t: TestContext,
  options: StageInProcessOptions & { sso: Sso },
): Promise<StageInProcess<Sso>>
export async function startStageInProcess(
  t: TestContext,
  { env = {}, content, redis, sso }: StageInProcessOptions & { sso?: SsoAddress } = {},
): Promise<StageInProcess<SsoAddress>> {
  const s3 = await startS3StandIn()
  t.after(() => s3.close())
  s3.put('page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
  const backends = { s3, sso: sso ?? (await startOwnSso(t)), redis }
  const file = typeof content === 'function' ? content(s3) : content
  const proxy = await startProxyInProcess(backends, env, file)
  t.after(() => proxy.close())
  return {
    ...{ origin: proxy.origin, s3, sso: backends.sso, log: proxy.log },
    browser(headers = {}) {
      const client = createHttpClient({ accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate', ...headers })
      t.after(() => client.close())
      return client
    },
  }
}

async function startOwnSso(t: TestContext): Promise<SsoStandIn> {
  const sso = await startSsoStandIn()
  t.after(() => sso.close())
  return sso
}
