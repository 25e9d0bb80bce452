import cluster from 'node:cluster'
import { loadConfig } from '../config/load.ts'
import { createLog } from '../log.ts'
import { exitStatus } from './exit-status.ts'
import type { ServeFlags } from './flags.ts'
import { formatProblems } from './problems.ts'
import { serveApp } from './serve-app.ts'

/** Serves until SIGTERM or SIGINT: in this process, or in `server.workers` of them that share the port. */
export async function serve({ config: configPath, set, port }: ServeFlags): Promise<number> {
  const { config, problems, warnings } = loadConfig({ configPath, flags: set, port })
  if (config === undefined) {
    process.stderr.write(formatProblems({ problems, warnings }))
    return exitStatus.usage
  }
  const worker = cluster.worker?.id
  const log = await createLog({
    level: config.log.level,
    isPretty: process.stdout.isTTY === true,
    ...(worker === undefined ? {} : { fields: { worker } }),
  })
  if (cluster.isWorker) return serveApp(config, log).finally(() => cluster.worker?.disconnect())
  for (const warning of warnings) log.warn({ code: 'CONFIG_RISKY' }, warning)
  if (config.server.workers === 1) return serveApp(config, log)
  const { superviseWorkers } = await import('./supervise-workers.ts')
  return superviseWorkers(config.server, log)
}
