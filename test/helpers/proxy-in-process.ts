import { readFileSync } from 'node:fs'
import { resolveConfig } from '../../src/config/resolve.ts'
import type { Config } from '../../src/config/schema.ts'
import { createLog } from '../../src/log/log.ts'
import { type App, createApp } from '../../src/wiring/create-app.ts'
import type { LogLine } from './proxy-process.ts'
import type { S3StandIn } from './s3-stand-in/stand-in-types.ts'

/** The whole proxy inside the test's own process, on a free port of 127.0.0.1. */
export interface ProxyInProcess {
  readonly port: number
  readonly origin: string
  readonly app: App
  readonly config: Config
  /** Every line that was logged, from `debug` on. */
  readonly log: LogLine[]
  /** The access lines of it. */
  readonly access: LogLine[]
  /** Resolves with the first line, past or future, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>
  /** Resolves with all access lines as soon as there are `count`. */
  accessReach(count: number): Promise<LogLine[]>
  close(): Promise<void>
}

/**
 * Starts it on the S3 stand-in, with the embedded store and an SSO that does not exist, unless `env` says
 * otherwise. The object `health` is the one that needs no login.
 */
export async function startProxyInProcess(
  s3: S3StandIn,
  env: Record<string, string> = {},
): Promise<ProxyInProcess> {
  const lines: LogLine[] = []
  const looks = new Set<() => void>()
  const write = (text: string) => {
    lines.push(JSON.parse(text))
    for (const look of looks) look()
  }
  const { config, problems } = resolveConfig(
    {
      flags: new Map(),
      env: {
        ...{ AWS_S3_REGION: s3.region, AWS_S3_ENDPOINT: s3.endpoint, AWS_S3_HEALTHCHECK_KEY: 'health' },
        ...{ AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey },
        ...{ SSO_URL: 'http://127.0.0.1:9/', SSO_CLIENT_ID: 'client', SSO_CLIENT_SECRET: 'secret' },
        ...env,
      },
      dotenv: {},
      file: undefined,
      readSecretFile: () => '',
      readFile: (path) => readFileSync(path, 'utf8'),
    },
    ['server', 's3', 'sso', 'session', 'log'],
  )
  if (config === undefined) throw new Error(JSON.stringify(problems))
  const app = await createApp(
    config,
    await createLog({ level: 'debug', isPretty: false, destination: { write } }),
  )
  const port = Number(await app.server.listen({ port: 0, host: '127.0.0.1' }))

  function when<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        looks.delete(look)
        resolve(found)
      }
      looks.add(look)
      look()
    })
  }
  const accessLines = () => lines.filter((line) => line.msg === 'request')
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    app,
    config,
    log: lines,
    get access() {
      return accessLines()
    },
    logged: (fits) => when(() => lines.find(fits)),
    accessReach: (count) =>
      when(() => {
        const access = accessLines()
        return access.length >= count ? access : undefined
      }),
    async close() {
      await app.server.drain(0)
      await app.close()
    },
  }
}
