import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { sections } from '../../src/config/options.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { createApp } from '../../src/wiring/create-app.ts'
import { createHttpClient, type HttpAnswer, type HttpClient } from './http-client.ts'
import type { S3StandIn } from './s3-stand-in/stand-in-types.ts'
import { startS3StandIn } from './s3-stand-in/start-s3-stand-in.ts'
import type { SsoStandIn } from './sso-stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from './sso-stand-in/start-sso-stand-in.ts'

/** The whole proxy in this process, with an S3 and an SSO that obey. */
export interface LoginStage {
  origin: string
  /** Of no use where another SSO was given. */
  sso: SsoStandIn
  s3: S3StandIn
  /** Everything that was logged. */
  log: { level: string; fields: Record<string, unknown>; message: string }[]
  /** Somebody's browser; asks for pages unless told otherwise. */
  browser(headers?: Record<string, string>): HttpClient
}

export interface LoginStageOptions {
  env?: Record<string, string>
  /** Instead of the stand-in; who gives it closes it. */
  sso?: Pick<SsoStandIn, 'url' | 'clientId' | 'clientSecret'>
}

/** The object `page.html` is in the bucket. */
export async function startLoginStage(t: TestContext, options: LoginStageOptions = {}): Promise<LoginStage> {
  const s3 = await startS3StandIn()
  t.after(() => s3.close())
  const standIn = await startSsoStandIn()
  t.after(() => standIn.close())
  const sso = options.sso ?? standIn
  s3.put('page.html', { body: '<h1>page</h1>', contentType: 'text/html' })
  const env = {
    SSO_URL: sso.url,
    SSO_CLIENT_ID: sso.clientId,
    SSO_CLIENT_SECRET: sso.clientSecret,
    AWS_S3_REGION: s3.region,
    AWS_S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    ...options.env,
  }
  const readFile = (path: string) => readFileSync(path, 'utf8')
  const sources = { flags: new Map(), env, dotenv: {}, file: undefined, readSecretFile: () => '', readFile }
  const { config, problems } = resolveConfig(sources, sections)
  if (config === undefined) throw new Error(JSON.stringify(problems))

  const log: LoginStage['log'] = []
  const note = (level: string) => (fields: object, message: string) => {
    log.push({ level, fields: fields as Record<string, unknown>, message })
  }
  const app = await createApp(config, {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  })
  const port = Number(await app.server.listen({ port: 0, host: '127.0.0.1' }))
  t.after(async () => {
    await app.server.drain(0)
    await app.close()
  })
  return {
    ...{ origin: `http://127.0.0.1:${port}`, sso: standIn, s3, log },
    browser(headers = {}) {
      const client = createHttpClient({ accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate', ...headers })
      t.after(() => client.close())
      return client
    },
  }
}

/** Where a redirect leads; fails when the answer is none. */
export function locationOf(answer: HttpAnswer): string {
  const { location } = answer.headers
  if (answer.status !== 302 || location === undefined)
    throw new Error(`expected a redirect, got ${answer.status}: ${answer.text.slice(0, 500)}`)
  return location
}

/** Begins a login and signs in at the SSO. @returns the URL of the callback, not yet asked for */
export async function toCallback(client: HttpClient, url: string): Promise<string> {
  const begun = await client.request(url)
  return locationOf(await client.request(locationOf(begun)))
}
