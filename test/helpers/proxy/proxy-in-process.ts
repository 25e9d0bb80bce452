import { readFileSync } from 'node:fs'
import { productOptions } from '../../../src/config/options/product-options.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import type { Config } from '../../../src/config/schema/config-schema.ts'
import { createLog } from '../../../src/log/create-log.ts'
import { type App, createApp } from '../../../src/wiring/create-app.ts'
import { type Backends, environmentOf } from '../stage/environment.ts'
import { createLogLines, type LogLines } from './log-lines.ts'

/** The whole proxy inside the test's own process, on a free port of 127.0.0.1. It logs from `debug` on. */
export interface ProxyInProcess extends LogLines {
  readonly port: number
  readonly origin: string
  readonly app: App
  readonly config: Config
  close(): Promise<void>
}

/**
 * Starts it before these backends. The object `health` is the one that needs no login.
 *
 * @param content of the configuration file
 */
export async function startProxyInProcess(
  backends: Backends,
  more: Record<string, string> = {},
  content?: unknown,
): Promise<ProxyInProcess> {
  const env = { ...environmentOf(backends), AWS_S3_HEALTHCHECK_KEY: 'health', ...more }
  const file = content === undefined ? undefined : { path: 's3proxy.json', content }
  const readFile = (path: string) => readFileSync(path, 'utf8')
  const sources = { flags: new Map(), env, dotenv: {}, file, readSecretFile: () => '', readFile }
  const { config, problems } = resolveConfig(sources, productOptions.sections)
  if (config === undefined) throw new Error(JSON.stringify(problems))
  const { lines, add } = createLogLines()
  const destination = { write: (text: string) => add(JSON.parse(text)) }
  const app = await createApp(config, await createLog({ level: 'debug', isPretty: false, destination }))
  const port = Number(await app.server.listen({ port: 0, host: '127.0.0.1' }))
  return Object.assign(lines, {
    ...{ port, origin: `http://127.0.0.1:${port}`, app, config },
    async close() {
      await app.server.drain(0)
      await app.close()
    },
  })
}
