import cluster, { type Worker } from 'node:cluster'
import type { Config } from '../../config/schema.ts'
import { messageOf } from '../../errors.ts'
import type { AdminServer } from '../../server/admin-server.ts'
import type { ListenTarget } from '../../server/listen.ts'
import { withinDeadline } from '../../waiting/within-deadline.ts'
import type { Change } from '../../wiring/create-app.ts'
import { exitStatus } from '../command/exit-status.ts'
import { endUntakenConnections } from './handed-connections.ts'
import { leftForLastLines } from './log-output.ts'
import { createReload } from './reload.ts'
import { createRestartPolicy } from './restart-policy.ts'
import { sendToWorker } from './send-message.ts'
import type { ServeParts } from './serve.ts'
import { createStopSignal } from './stop-signal.ts'
import type { FromWorker } from './worker-messages.ts'

/** Beyond its own drain time, a worker gets so long to exit. */
const graceMs = 400
/** A worker that has not made another configuration ready by then holds all others up. */
const prepareTimeoutMs = 30_000

/**
 * Runs processes that share one port, replaces those that end, and hands SIGTERM on to all of them.
 *
 * @returns the exit status: a failure when no worker can start, or when one did not drain as it should
 */
export async function superviseWorkers(parts: ServeParts, target: ListenTarget): Promise<number> {
  const { log, output } = parts
  const policy = createRestartPolicy()
  const startedAt = new Map<Worker, number>()
  const greeted = new Set<Worker>()
  const listening = new Set<Worker>()
  const waiting = new Set<NodeJS.Timeout>()
  let { config, sources } = parts
  let isStopping = false
  let endAtMs = Number.POSITIVE_INFINITY
  /** Workers that wait for their configuration while the others are told of another one. */
  let held: Worker[] | undefined
  let round = 0
  let status: number = exitStatus.ok

  function start(): void {
    const worker = cluster.fork()
    // A worker that has just died cannot be told anything; without a listener that would end this process.
    worker.on('error', () => {})
    endUntakenConnections(worker)
    startedAt.set(worker, performance.now())
  }

  function greet(worker: Worker): void {
    if (held !== undefined) return void held.push(worker)
    greeted.add(worker)
    sendToWorker(worker, { kind: 'start', config, sources, target })
  }

  async function prepare(next: Config, loaded: Pick<ServeParts, 'sources'>): Promise<Pick<Change, 'commit'>> {
    const workers = [...greeted]
    held = []
    round++
    const answers = workers.map((worker) => prepared(worker, round))
    for (const worker of workers)
      sendToWorker(worker, { kind: 'prepare', round, config: next, sources: loaded.sources })
    const problem = (await Promise.all(answers)).find((answer) => answer !== undefined)
    const release = (kind: 'commit' | 'discard') => {
      for (const worker of workers) sendToWorker(worker, { kind })
      const late = held ?? []
      held = undefined
      for (const worker of late) greet(worker)
    }
    if (problem === undefined)
      return {
        commit() {
          config = next
          sources = loaded.sources
          release('commit')
        },
      }
    release('discard')
    throw new Error(problem)
  }

  function stop(): void {
    isStopping = true
    endAtMs = performance.now() + config.server.drainTimeoutMs
    for (const timer of waiting) clearTimeout(timer)
    for (const worker of startedAt.keys()) worker.process.kill('SIGTERM')
    setTimeout(() => {
      for (const worker of startedAt.keys()) worker.process.kill('SIGKILL')
    }, config.server.drainTimeoutMs + graceMs).unref()
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
    const { adminPort, adminHost } = config.server
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
    if (kind === 'hello') greet(worker)
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
      greeted.delete(worker)
      if (!isStopping) replace(worker, livedMs, signal ?? code)
      // One that has not begun to serve has no handler of SIGTERM.
      else if (code !== 0 && (signal !== 'SIGTERM' || wasListening)) status = exitStatus.failure
      if (isStopping && startedAt.size === 0) resolve()
    })
  })
  const admin = await openAdmin()
  if (admin === 'failed') return exitStatus.failure
  for (let count = 0; count < config.server.workers; count++) start()
  const reload = createReload({ ...parts, running: config, prepare })
  parts.sighup.each(() => {
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

/** Resolves when a worker is ready for another configuration, or gone; with why it is not, when it is not. */
function prepared(worker: Worker, round: number): Promise<string | undefined> {
  let stopListening = () => {}
  const answered = new Promise<string | undefined>((resolve) => {
    const onMessage = (answer: FromWorker) => {
      if (answer.kind === 'prepared' && answer.round === round) resolve(answer.problem)
    }
    const onExit = () => resolve(undefined)
    worker.on('message', onMessage)
    worker.once('exit', onExit)
    stopListening = () => worker.off('message', onMessage).off('exit', onExit)
  })
  const late = () => `worker ${worker.id} was not ready for it within ${prepareTimeoutMs} ms`
  return withinDeadline(answered, prepareTimeoutMs, late).finally(stopListening)
}
