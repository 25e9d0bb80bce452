import cluster, { type Worker } from 'node:cluster'
import type { Log } from '../log.ts'
import { exitStatus } from './exit-status.ts'
import { createRestartPolicy } from './restart-policy.ts'
import { createStopSignal } from './stop-signal.ts'

export interface SuperviseOptions {
  workers: number
  drainTimeoutMs: number
}

/** Beyond its own drain time, a worker gets so long to exit. */
const graceMs = 400

/**
 * Runs processes that share one port, replaces those that end, and hands SIGTERM on to all of them.
 *
 * @returns the exit status: a failure when no worker can start, or when one did not drain as it should
 */
export async function superviseWorkers(options: SuperviseOptions, log: Log): Promise<number> {
  const policy = createRestartPolicy()
  const startedAt = new Map<Worker, number>()
  const listening = new Set<Worker>()
  const waiting = new Set<NodeJS.Timeout>()
  let isStopping = false
  let status: number = exitStatus.ok

  function start(): void {
    startedAt.set(cluster.fork(), performance.now())
  }

  function stop(): void {
    isStopping = true
    for (const timer of waiting) clearTimeout(timer)
    for (const worker of startedAt.keys()) worker.process.kill('SIGTERM')
    setTimeout(() => {
      for (const worker of startedAt.keys()) worker.process.kill('SIGKILL')
    }, options.drainTimeoutMs + graceMs).unref()
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

  cluster.on('listening', (worker) => {
    listening.add(worker)
    policy.started()
  })
  const allEnded = new Promise<void>((resolve) => {
    cluster.on('exit', (worker, code, signal) => {
      const livedMs = performance.now() - (startedAt.get(worker) ?? 0)
      startedAt.delete(worker)
      listening.delete(worker)
      if (!isStopping) replace(worker, livedMs, signal ?? code)
      else if (code !== 0) status = exitStatus.failure
      if (isStopping && startedAt.size === 0) resolve()
    })
  })
  for (let count = 0; count < options.workers; count++) start()
  void createStopSignal().then((signal) => {
    log.info({ signal }, 'shutting down: workers drain')
    stop()
  })
  await allEnded
  return status
}
