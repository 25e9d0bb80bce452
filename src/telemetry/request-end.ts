import type { HeaderList } from '../http/reply.ts'
import { type AccessRecord, type Log, logAccess, type ProgramLog } from '../log/log.ts'

/** Everything that is known of a request once it is over. Times are those of `performance.now()`. */
export interface RequestEnd {
  access: AccessRecord
  startedAtMs: number
  /** When the head of the answer was known; none where nobody was there any more to get it. */
  headAtMs?: number | undefined
  endedAtMs: number
  /** Of the answer. */
  headers?: Readonly<HeaderList>
  /** As the client sent it. @see https://www.w3.org/TR/trace-context/ */
  traceparent?: string | undefined
  /** Only where somebody asked for them. */
  phases?: Phase[] | undefined
}

/** What a request waited for. */
export interface Phase {
  name: PhaseName
  startedAtMs: number
  endedAtMs: number
}

export type PhaseName = 'sessionMs' | 'ssoMs' | 's3Ms'

/** Who looks at each request when it is over. Cheap, and never throws. */
export interface RequestWatchers {
  log: Log | ProgramLog
  /** How the person is named in every line. */
  maskIdentity?: (who: string) => string
  /** @returns the id of the request's trace */
  trace?: (end: RequestEnd) => string | undefined
  audit?: (end: RequestEnd) => void
  count?: (end: RequestEnd) => void
}

/** Hands what is known of a request to the log, and to whoever else wants to know. */
export function createRequestSink(watchers: RequestWatchers): (end: RequestEnd) => void {
  const { log, maskIdentity, trace, audit, count } = watchers
  return (end) => {
    const { access } = end
    if (maskIdentity !== undefined && access.who !== undefined) access.who = maskIdentity(access.who)
    if (trace !== undefined) access.traceId = trace(end)
    logAccess(log, access)
    audit?.(end)
    count?.(end)
  }
}
