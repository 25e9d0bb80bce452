import cluster from 'node:cluster'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema/config-schema.ts'
import { messageOf } from '../../errors.ts'
import type { ListenTarget } from '../../server/listen.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { ServeFlags } from '../command/flags.ts'
import { formatProblems } from '../command/format-problems.ts'
import { takeActivatedSocket } from './activated-socket.ts'
import { freeSocketPath } from './free-socket-path.ts'
import { listenForSighup } from './listen-for-sighup.ts'
import { openLog } from './open-log.ts'
import { createReload, type ReloadOptions } from './reload.ts'
import { serveApp } from './serve-app.ts'
import type { ServeOptions } from './serve-options.ts'

/**
 * Serves until SIGTERM or SIGINT: in this process, or in `server.workers` of them that share the port. SIGHUP makes
 * it read the configuration again.
 */
export async function serve({ config: configPath, set, port }: ServeFlags): Promise<number> {
  const sighup = listenForSighup()
  if (cluster.isWorker) {
    // A terminal sends the signal to the whole group of processes; the parent tells its workers what to do.
    sighup.each(() => {})
    const { serveAsWorker } = await import('./serve-as-worker.ts')
    return serveAsWorker()
  }
  const read = () => loadConfig({ configPath, flags: set, port })
  const { config, problems, warnings, sources } = read()
  if (config === undefined) {
    process.stderr.write(formatProblems({ problems, warnings }))
    return exitStatus.usage
  }
  const { log, output } = await openLog({ level: config.log.level }, config.server.workers > 1)
  try {
    return await serveConfigured({ config, sources, read, warnings, sighup, log, output })
  } finally {
    await output.close(lastLinesMs)
  }
}

/** Time that the log's reader has for the last lines of a process that could not serve. */
const lastLinesMs = 1000

async function serveConfigured(options: ServeOptions): Promise<number> {
  const { config, warnings, log } = options
  for (const warning of warnings) log.warn({ code: 'CONFIG_RISKY' }, warning)
  let target: ListenTarget
  try {
    target = await targetOf(config)
  } catch (error) {
    log.error({ code: 'LISTEN_FAILED' }, `cannot listen: ${messageOf(error)}`)
    return exitStatus.failure
  }
  if (config.server.workers === 1) return serveAlone(options, target)
  const { superviseWorkers } = await import('./supervise-workers.ts')
  return superviseWorkers(options, target)
}

/** A socket that this process was started with, a Unix socket, or a port. */
async function targetOf({ server }: Config): Promise<ListenTarget> {
  const activated = takeActivatedSocket(process.env, process.pid)
  if (activated !== undefined) return activated
  if (server.socketPath === undefined) return { port: server.port, host: server.host }
  await freeSocketPath(server.socketPath, server.socketMode)
  return { path: server.socketPath }
}

function serveAlone(
  { config, sources, read, warnings, sighup, log, output }: ServeOptions,
  target: ListenTarget,
): Promise<number> {
  let inForce = sources
  return serveApp({
    config,
    target,
    log,
    sources: () => inForce,
    output,
    onListening(prepareApp) {
      const prepare: ReloadOptions['prepare'] = async (next, loaded) => {
        const { commit } = await prepareApp(next)
        return {
          commit() {
            inForce = loaded.sources
            commit()
          },
        }
      }
      const reload = createReload({ running: config, warnings, read, prepare, log })
      sighup.each(() => void reload())
    },
  })
}
