import type { OpenSession, Sessions } from '../session/sessions.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import type { CheckUnderWay, SessionCheck } from './check-session.ts'
import { type Identity, nobody } from './identify.ts'

/** Knows people by the session that their cookie names. */
export function createSessionIdentity(
  sessions: Pick<Sessions, 'find'>,
  checkSession: SessionCheck,
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
    const check = checkSession(open)
    if (check !== true && !(await conclude(check, record))) return nobody
    const { person } = open.session
    record.person = person
    // Sessions without a named person may be those of different people.
    return { kind: 'person', person, sharer: person.id ?? open.secret }
  }
}

/** Waits for the SSO, and then for the note in the store. */
async function conclude({ answered, isValid }: CheckUnderWay, record: RequestRecord): Promise<boolean> {
  await record.timed('ssoMs', answered)
  return record.timed('sessionMs', isValid)
}
