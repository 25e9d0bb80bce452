import cluster, { type Worker } from 'node:cluster'
import { messageOf } from '../../errors.ts'
import type { AdminServer } from '../../server/admin-server.ts'
import type { ListenTarget } from '../../server/listen.ts'
import { exitStatus } from '../command/exit-status.ts'
import { leftForLastLines } from './log-output.ts'
import { createReload } from './reload.ts'
import { createRestartPolicy } from './restart-policy.ts'
import type { ServeOptions } from './serve-options.ts'
import { createStopSignal } from './stop-signal.ts'
import { endUntakenConnections } from './untaken-connections.ts'
import { createWorkerConfigurations } from './worker-configurations.ts'
import type { FromWorker } from './worker-messages.ts'

/** Time that a worker has to exit after its own drain time. */
const graceMs = 400

/**
 * Runs processes that share one port, replaces those that end, and hands SIGTERM on to all of them.
 *
 * @returns the exit status: a failure when no worker can start, or when one did not drain as it should
 */
export async function superviseWorkers(options: ServeOptions, target: ListenTarget): Promise<number> {
  const { log, output } = options
  const policy = createRestartPolicy()
  const startedAt = new Map<Worker, number>()
  const listening = new Set<Worker>()
  const waiting = new Set<NodeJS.Timeout>()
  const configurations = createWorkerConfigurations({ ...options, target })
  let isStopping = false
  let endAtMs = Number.POSITIVE_INFINITY
  let status: number = exitStatus.ok

  function start(): void {
    const worker = cluster.fork()
    // Sending to a worker that has just died emits `error`, which would end this process without a listener.
    worker.on('error', () => {})
    endUntakenConnections(worker)
    startedAt.set(worker, performance.now())
  }

  function stop(): void {
    isStopping = true
    endAtMs = performance.now() + configurations.config.server.drainTimeoutMs
    for (const timer of waiting) clearTimeout(timer)
    for (const worker of startedAt.keys()) worker.process.kill('SIGTERM')
    setTimeout(() => {
      for (const worker of startedAt.keys()) worker.process.kill('SIGKILL')
    }, configurations.config.server.drainTimeoutMs + graceMs).unref()
  }

  function replace(worker: Worker, livedMs: number, how: number | string): void {
    const waitMs = policy.ended(livedMs, listening.size > 0)
    if (waitMs === undefined) {
      log.error(
        { code: 'WORKERS_FAILED', worker: worker.id },
        `a worker ended with ${how}; none can start, so this is given up`,
      )
      status = exitStatus.failure
      stop()
      return
    }
    log.error(
      { code: 'WORKER_ENDED', worker: worker.id, waitMs },
      `a worker ended with ${how}; another one is started`,
    )
    const timer = setTimeout(() => {
      waiting.delete(timer)
      start()
    }, waitMs)
    waiting.add(timer)
  }

  async function openAdmin(): Promise<AdminServer | 'failed' | undefined> {
    const { adminPort, adminHost } = configurations.config.server
    if (adminPort === undefined) return undefined
    const { createWorkersAdmin } = await import('./workers-admin.ts')
    const workers = () => new Map([...startedAt.keys()].map((worker) => [worker, listening.has(worker)]))
    const admin = await createWorkersAdmin({ workers, isStopping: () => isStopping, log })
    try {
      const port = await admin.listen({ port: adminPort, host: adminHost })
      log.info({ port, host: adminHost }, 'admin port listening')
      return admin
    } catch (error) {
      log.error({ code: 'LISTEN_FAILED' }, `cannot listen (server.adminPort): ${messageOf(error)}`)
      return 'failed'
    }
  }

  cluster.on('message', (worker, { kind }: FromWorker) => {
    if (kind === 'hello') configurations.greet(worker)
  })
  cluster.on('listening', (worker) => {
    listening.add(worker)
    policy.started()
  })
  const allEnded = new Promise<void>((resolve) => {
    cluster.on('exit', (worker, code, signal) => {
      const livedMs = performance.now() - (startedAt.get(worker) ?? 0)
      startedAt.delete(worker)
      const wasListening = listening.delete(worker)
      configurations.forget(worker)
      if (!isStopping) replace(worker, livedMs, signal ?? code)
      // A worker that has not begun to serve has no handler of SIGTERM, and is ended by it.
      else if (code !== 0 && (signal !== 'SIGTERM' || wasListening)) status = exitStatus.failure
      if (isStopping && startedAt.size === 0) resolve()
    })
  })
  const admin = await openAdmin()
  if (admin === 'failed') return exitStatus.failure
  for (let count = 0; count < configurations.config.server.workers; count++) start()
  const reload = createReload({
    ...options,
    running: configurations.config,
    prepare: configurations.prepare,
  })
  options.sighup.each(() => {
    if (!isStopping) void reload()
  })
  void createStopSignal().stopped.then((signal) => {
    log.info({ signal }, 'shutting down: workers drain')
    stop()
  })
  await allEnded
  admin?.close()
  await output.close(leftForLastLines(endAtMs - performance.now()))
  return status
}
