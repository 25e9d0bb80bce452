import type { Worker } from 'node:cluster'
import type { Code } from '../../errors.ts'
import type { Log } from '../../log/log.ts'
import { type AdminServer, createAdminServer } from '../../server/admin-server.ts'
import { type ReadinessReport, shuttingDown } from '../../server/readiness.ts'
import { type AskWorkers, createAskWorkers } from './worker-reports.ts'
import { createWorkersSessions } from './workers-sessions.ts'

/** Time that a worker has to answer: a little more than the longest check of a dependency takes. */
const askTimeoutMs = 4000

export interface WorkersAdminOptions {
  /** Every worker that runs, and whether it listens already. */
  workers(): ReadonlyMap<Worker, boolean>
  isStopping(): boolean
  log: Log
}

/** Makes the admin port of several workers: ready as long as one of them is, with the sums of their metrics. */
export async function createWorkersAdmin({
  workers,
  isStopping,
  log,
}: WorkersAdminOptions): Promise<AdminServer> {
  const { createWorkerMetrics } = await import('../../telemetry/worker-metrics.ts')
  const { metricsType } = await import('../../telemetry/prom-client.ts')
  const ask: AskWorkers = createAskWorkers(() => workers().keys(), askTimeoutMs)
  const isRunning = (id: number) => [...workers().keys()].some((worker) => worker.id === id)
  const metrics = createWorkerMetrics(() => ask('metrics'), isRunning)
  return createAdminServer({
    async readiness() {
      if (isStopping()) return shuttingDown
      const reports = await ask('readiness')
      const ofWorkers = [...workers()].map(([{ id }, isListening]) => {
        const report = isListening ? (reports.get(id) ?? silent) : starting
        return [String(id), report] as const
      })
      return {
        state: stateOf(ofWorkers.map(([, { state }]) => state)),
        checks: {},
        workers: Object.fromEntries(ofWorkers),
      }
    },
    sessions: createWorkersSessions(
      ask,
      () => [...workers()].find(([worker, isListening]) => isListening && worker.isConnected())?.[0],
    ),
    metrics: async () => ({ contentType: metricsType, text: await metrics.text() }),
    log,
  })
}

const silentCode: Code = 'WORKER_SILENT'
const starting: ReadinessReport = {
  state: 'unready',
  checks: { process: `${silentCode}: the worker is starting` },
}
const silent: ReadinessReport = {
  state: 'unready',
  checks: { process: `${silentCode}: no answer within ${askTimeoutMs} ms` },
}

/** Ready while one worker can serve; `degraded` while any other one cannot, so that somebody looks at it. */
function stateOf(states: ReadinessReport['state'][]): ReadinessReport['state'] {
  if (states.every((state) => state === 'unready')) return 'unready'
  return states.every((state) => state === 'ok') ? 'ok' : 'degraded'
}
