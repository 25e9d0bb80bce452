import cluster, { type Worker } from 'node:cluster'
import { withinDeadline } from '../../waiting/within-deadline.ts'
import { sendToPrimary, sendToWorker } from './send-message.ts'
import type { FromWorker, ToWorker, WorkerReports } from './worker-messages.ts'

/** Answers the questions of the process that started this worker. */
export function answerPrimary(
  reports: { [Name in keyof WorkerReports]?: (person: string) => Promise<WorkerReports[Name]> },
) {
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'ask') return
    const { id, what, person = '' } = message
    reports[what]?.(person).then(
      (report) => sendToPrimary({ kind: 'report', id, report }),
      () => {},
    )
  })
}

/**
 * Asks workers for a report.
 *
 * @param about the person that the report is about, and the one worker that is asked; without it every worker is asked
 * @returns the reports by the id of the worker
 */
export type AskWorkers = <Name extends keyof WorkerReports>(
  name: Name,
  about?: { person: string; worker: Worker },
) => Promise<Map<number, WorkerReports[Name]>>

/**
 * Asks all workers at once, in the process that started them.
 *
 * @param timeoutMs a worker that has not answered by then is left out
 */
export function createAskWorkers(workers: () => Iterable<Worker>, timeoutMs: number): AskWorkers {
  const waiting = new Map<number, (worker: Worker, report: unknown) => void>()
  let asked = 0
  cluster.on('message', (worker, message: FromWorker) => {
    if (message.kind === 'report') waiting.get(message.id)?.(worker, message.report)
  })

  return async <Name extends keyof WorkerReports>(name: Name, about?: { person: string; worker: Worker }) => {
    const id = asked++
    const reports = new Map<number, WorkerReports[Name]>()
    const silent = new Set(
      [...(about === undefined ? workers() : [about.worker])].filter((worker) => worker.isConnected()),
    )
    if (silent.size === 0) return reports
    let leave = (_: Worker) => {}
    const allHeard = new Promise<void>((resolve) => {
      leave = (worker) => {
        silent.delete(worker)
        if (silent.size === 0) resolve()
      }
    })
    cluster.on('exit', leave)
    waiting.set(id, (worker, report) => {
      reports.set(worker.id, report as WorkerReports[Name])
      leave(worker)
    })
    const question: ToWorker = { kind: 'ask', id, what: name, ...(about && { person: about.person }) }
    for (const worker of silent) sendToWorker(worker, question)
    await withinDeadline(allHeard, timeoutMs, () => {})
    cluster.off('exit', leave)
    waiting.delete(id)
    return reports
  }
}
