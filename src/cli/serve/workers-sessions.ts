import type { Worker } from 'node:cluster'
import { codeOf, S3ProxyError, safeMessageOf } from '../../errors.ts'
import type { OperatorSessions } from '../../server/admin-sessions.ts'
import type { SessionsReport } from './worker-messages.ts'
import type { AskWorkers } from './worker-reports.ts'

/**
 * Makes the sessions of people of several workers. One worker answers for all, because they share their store.
 *
 * @param anyWorker finds a worker that serves
 */
export function createWorkersSessions(
  ask: AskWorkers,
  anyWorker: () => Worker | undefined,
): OperatorSessions {
  async function askOne(what: 'countSessions' | 'endSessions', person: string): Promise<number> {
    const worker = anyWorker()
    const reports = worker === undefined ? undefined : await ask(what, { person, worker })
    const [report] = reports?.values() ?? []
    if (report === undefined) throw new S3ProxyError('SESSION_STORE_UNAVAILABLE', 'no worker has answered')
    if (report.kind === 'failed') throw new S3ProxyError(report.code, report.message)
    return report.count
  }

  return {
    count: (person) => askOne('countSessions', person),
    end: (person) => askOne('endSessions', person),
  }
}

/** Makes the reports of a worker about the sessions of people. They never reject. */
export function sessionsReports({ count, end }: OperatorSessions) {
  const report = (counted: Promise<number>): Promise<SessionsReport> =>
    counted.then(
      (count) => ({ kind: 'done', count }),
      (error: unknown) => ({
        kind: 'failed',
        code: codeOf(error, 'INTERNAL'),
        message: safeMessageOf(error),
      }),
    )
  return {
    countSessions: (person: string) => report(count(person)),
    endSessions: (person: string) => report(end(person)),
  }
}
