import type { Config } from '../config/schema.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { type App, createApp } from '../wiring/create-app.ts'
import { exitStatus } from './exit-status.ts'
import { createStopSignal } from './stop-signal.ts'
import { surviveFaults } from './survive-faults.ts'

/** Listens until SIGTERM or SIGINT, then drains. */
export async function serveApp(config: Config, log: Log): Promise<number> {
  const stopped = createStopSignal()
  surviveFaults(log)
  const app = await createApp(config, log)
  try {
    const port = await app.server.listen(config.server.port, config.server.host)
    log.info({ port, host: config.server.host, pid: process.pid }, 'listening')
    if (config.server.adminPort !== undefined) {
      const adminPort = await app.admin.listen(config.server.adminPort, config.server.adminHost)
      log.info({ port: adminPort, host: config.server.adminHost }, 'admin port listening')
    }
  } catch (error) {
    log.error({ code: 'LISTEN_FAILED' }, `cannot listen (server.port, PORT): ${messageOf(error)}`)
    await app.close()
    return exitStatus.failure
  }
  void app.warnOfUnreachable()
  await shutDown(app, await stopped, config, log)
  return exitStatus.ok
}

async function shutDown(app: App, signal: string, config: Config, log: Log): Promise<void> {
  const startedAt = performance.now()
  log.info({ signal }, 'shutting down: requests under way finish')
  app.readiness.startDraining()
  const cut = await app.server.drain(config.server.drainTimeoutMs)
  app.admin.close()
  await app.close()
  const fields = { cut, ms: Math.round(performance.now() - startedAt) }
  if (cut === 0) log.info(fields, 'stopped')
  else
    log.warn(
      { code: 'DRAIN_INCOMPLETE', ...fields },
      `stopped: ${cut} requests were still under way after server.drainTimeoutMs, and were reset`,
    )
}
