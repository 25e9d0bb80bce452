import cluster, { type Worker } from 'node:cluster'
import type { FromWorker, ToWorker, WorkerReports } from './worker-messages.ts'

/** In a worker: answers what the process that started it asks. */
export function answerPrimary(
  reports: { [Name in keyof WorkerReports]?: () => Promise<WorkerReports[Name]> },
) {
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'ask') return
    const { id, what } = message
    reports[what]?.().then(
      (report) => tell({ kind: 'report', id, report }),
      () => {},
    )
  })
}

/** The one who asked may be gone by now. */
function tell(answer: FromWorker): void {
  if (process.connected) process.send?.(answer, () => {})
}

export type AskWorkers = <Name extends keyof WorkerReports>(
  name: Name,
) => Promise<Map<number, WorkerReports[Name]>>

/**
 * In the process that started them: asks all workers at once.
 *
 * @param timeoutMs who has not answered by then is left out
 */
export function createAskWorkers(workers: () => Iterable<Worker>, timeoutMs: number): AskWorkers {
  const waiting = new Map<number, (worker: Worker, report: unknown) => void>()
  let asked = 0
  cluster.on('message', (worker, message: FromWorker) => {
    if (message.kind === 'report') waiting.get(message.id)?.(worker, message.report)
  })

  return <Name extends keyof WorkerReports>(name: Name) =>
    new Promise<Map<number, WorkerReports[Name]>>((resolve) => {
      const id = asked++
      const reports = new Map<number, WorkerReports[Name]>()
      const silent = new Set([...workers()].filter((worker) => worker.isConnected()))
      const timer = setTimeout(finish, timeoutMs)
      function finish() {
        clearTimeout(timer)
        cluster.off('exit', leave)
        waiting.delete(id)
        resolve(reports)
      }
      function leave(worker: Worker) {
        silent.delete(worker)
        if (silent.size === 0) finish()
      }
      cluster.on('exit', leave)
      waiting.set(id, (worker, report) => {
        reports.set(worker.id, report as WorkerReports[Name])
        leave(worker)
      })
      const question: ToWorker = { kind: 'ask', id, what: name }
      for (const worker of silent) worker.send(question, () => {})
      if (silent.size === 0) finish()
    })
}
