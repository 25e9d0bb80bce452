import cluster from 'node:cluster'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { nameSources, type OptionSources } from '../../config/name-sources.ts'
import type { Config } from '../../config/schema/config-schema.ts'
import { messageOf, safeMessageOf, safeStackOf } from '../../errors.ts'
import type { Log } from '../../log/log.ts'
import type { ListenTarget } from '../../server/listen.ts'
import { type App, type Change, createApp } from '../../wiring/create-app.ts'
import { exitStatus } from '../command/exit-status.ts'
import { readVersion } from '../command/version.ts'
import { loadTracing } from './load-tracing.ts'
import { type LogOutput, leftForLastLines } from './log-output.ts'
import { nameSourcesIn } from './name-sources-in-log.ts'
import { createStopSignal } from './stop-signal.ts'
import { type Faults, surviveFaults } from './survive-faults.ts'
import { answerPrimary } from './worker-reports.ts'
import { sessionsReports } from './workers-sessions.ts'

export interface ServeAppOptions {
  config: Config
  target: ListenTarget
  log: Log
  /** Returns the sources of the configuration in force, which messages for the operator name. */
  sources(): OptionSources
  /** The output of the log; closed at the end. */
  output: LogOutput
  /** Called once everything listens, with a function that makes another configuration ready. */
  onListening(prepare: (config: Config) => Promise<Change>): void
}

/** Time for the last spans when draining has taken all the rest; less than the time that workers have to exit. */
const leastFlushMs = 250

/** Listens until SIGTERM or SIGINT, then drains. */
export async function serveApp(options: ServeAppOptions): Promise<number> {
  const log = nameSourcesIn(options.log, options.sources)
  const faults = surviveFaults(log)
  try {
    return await serveUntilStopped({ ...options, log }, faults)
  } catch (error) {
    log.error({ code: 'INTERNAL', stack: safeStackOf(error) }, `cannot serve: ${safeMessageOf(error)}`)
    return exitStatus.failure
  }
}

async function serveUntilStopped(options: ServeAppOptions, faults: Faults): Promise<number> {
  const { config, target, log, sources, output, onListening } = options
  const stop = createStopSignal()
  const version = readVersion()
  const tracing = await loadTracing(version.version, log)
  const tallies = { droppedLines: () => output.droppedLines, faults: () => faults.count }
  const app = await createApp(config, log, {
    ...{ version, tracing, ...tallies },
    nameOptions: (message) => nameSources(message, sources()),
  })
  let { drainTimeoutMs } = config.server
  // A worker that listens counts as started, so it connects first: the parent then learns of one that cannot.
  if (cluster.isWorker) await app.connect()
  // A process that was stopped during its start serves nobody, and its socket may be gone.
  if (stop.isStopping || !(await listen(app, config.server, target, log))) {
    app.admin.close()
    await app.close()
    return stop.isStopping ? exitStatus.ok : exitStatus.failure
  }
  const connected = connect(app).then(() => stop.stopped)
  onListening(async (next) => {
    const { commit, discard } = await app.prepare(next)
    return {
      commit() {
        drainTimeoutMs = next.server.drainTimeoutMs
        commit()
      },
      discard,
    }
  })
  const signal = await Promise.race([stop.stopped, connected])
  const endAtMs = performance.now() + drainTimeoutMs
  await shutDown(app, signal, drainTimeoutMs, log)
  const leftMs = Math.min(2000, endAtMs - performance.now())
  // An exporter that gets no answer has timers and sockets that keep the process alive.
  const isFlushed = (await tracing?.close(Math.max(leastFlushMs, leftMs))) ?? true
  await output.close(leftForLastLines(endAtMs - performance.now()))
  if (!isFlushed) process.exit(exitStatus.ok)
  return exitStatus.ok
}

/** Connects to everything that is not needed to listen; rejects only with a fault of this program. */
async function connect(app: App): Promise<void> {
  // Loading code keeps the process busy. The line that says that it listens is written before that.
  await nextTurn()
  await app.connect()
  void app.warnOfUnreachable()
}

/** Listens at the admin port first, so that it is there when something goes wrong. @returns whether everything listens */
async function listen(app: App, server: Config['server'], target: ListenTarget, log: Log): Promise<boolean> {
  const { adminPort, adminHost } = server
  let option = 'server.adminPort'
  try {
    if (cluster.isWorker) answerPrimary({ ...app.reports, ...sessionsReports(app.sessions) })
    else if (adminPort !== undefined) {
      const port = await app.admin.listen({ port: adminPort, host: adminHost })
      log.info({ port, host: adminHost }, 'admin port listening')
    }
    option = optionOf(target)
    const port = await app.server.listen(target)
    const where = { ...target, ...(port === undefined ? {} : { port }) }
    const isTls = server.tlsCertFile !== undefined
    log.info({ ...where, ...(isTls ? { tls: true } : {}), pid: process.pid, ...readVersion() }, 'listening')
    return true
  } catch (error) {
    log.error({ code: 'LISTEN_FAILED' }, `cannot listen (${option}): ${messageOf(error)}`)
    return false
  }
}

/** Names the option or variable to look at when listening fails. */
function optionOf(target: ListenTarget): string {
  if ('path' in target) return 'server.socketPath'
  return 'fd' in target ? 'LISTEN_FDS' : 'server.port, PORT'
}

async function shutDown(app: App, signal: string, drainTimeoutMs: number, log: Log): Promise<void> {
  const startedAt = performance.now()
  log.info({ signal }, 'shutting down: requests under way finish')
  app.startDraining()
  const cut = await app.server.drain(drainTimeoutMs)
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
