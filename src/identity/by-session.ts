import type { BodyWatch } from '../http/body-watch.ts'
import type { OpenSession, Sessions } from '../session/sessions.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { type Identity, nobody } from './identify.ts'
import type { SessionKeeper, SessionUnderWay } from './keep-session.ts'

/**
 * Knows people by the session that their cookie names.
 *
 * @param bodyWatch the watch over sessions while bodies are sent, where there is one
 */
export function createSessionIdentity(
  sessions: Pick<Sessions, 'find'>,
  keepSession: SessionKeeper,
  bodyWatch?: BodyWatch,
): Identity {
  return async (request, site, record) => {
    let open: OpenSession | undefined
    const startedAtMs = performance.now()
    try {
      open = await sessions.find(request.header('cookie'), site.isSecure)
    } finally {
      // `record.timed` would be one more promise for each request.
      record.waited('sessionMs', startedAtMs)
    }
    if (open === undefined) return nobody
    const keeping = keepSession(open)
    const kept = keeping === true ? open : await conclude(keeping, record)
    if (kept === undefined) return nobody
    const { person } = kept.session
    record.person = person
    record.session = kept
    record.bodyWatch = bodyWatch
    // Sessions without a named person may be those of different people.
    return { kind: 'person', person, sharer: person.id ?? open.secret }
  }
}

/** Waits for the SSO, and then for the note in the store. */
async function conclude(
  { answered, kept }: SessionUnderWay,
  record: RequestRecord,
): Promise<OpenSession | undefined> {
  await record.timed('ssoMs', answered)
  return record.timed('sessionMs', kept)
}
