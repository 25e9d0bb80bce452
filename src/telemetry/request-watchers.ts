import type { Log, ProgramLog } from '../log/log.ts'
import { logAccess } from '../log/log-access.ts'
import { shownId } from '../person/person.ts'
import { accessLineOf } from './access-line.ts'
import type { RequestRecord } from './request-record.ts'

/** The watchers that get each request when it is over. Each one is cheap and never throws. */
export interface RequestWatchers {
  log: Log | ProgramLog
  /** Masks the name of the person for every line. */
  maskIdentity?: (id: string) => string
  /** Traces a request. @returns the id of its trace */
  trace?: (record: RequestRecord) => string | undefined
  audit?: (record: RequestRecord) => void
  count?: (record: RequestRecord) => void
}

/** Creates the function that passes the record of a request that is over to the log and all other watchers. */
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
