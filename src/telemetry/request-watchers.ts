import { type Log, logAccess, type ProgramLog } from '../log/log.ts'
import { shownId } from '../person/person.ts'
import { accessLineOf } from './access-line.ts'
import type { RequestRecord } from './request-record.ts'

/** Everything that looks at each request when it is over. Each one is cheap, and never throws. */
export interface RequestWatchers {
  log: Log | ProgramLog
  /** How the person is named in every line. */
  maskIdentity?: (id: string) => string
  /** @returns the id of the request's trace */
  trace?: (record: RequestRecord) => string | undefined
  audit?: (record: RequestRecord) => void
  count?: (record: RequestRecord) => void
}

/** Shows the record of a request that is over to the log, and to every other watcher. */
export function watchRequests(watchers: RequestWatchers): (record: RequestRecord) => void {
  const { log, maskIdentity, trace, audit, count } = watchers
  return (record) => {
    if (record.person !== undefined) {
      const id = shownId(record.person)
      record.who = maskIdentity === undefined ? id : maskIdentity(id)
    }
    if (trace !== undefined) record.traceId = trace(record)
    logAccess(log, accessLineOf(record))
    audit?.(record)
    count?.(record)
  }
}
