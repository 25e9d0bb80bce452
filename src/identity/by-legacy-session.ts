import { type Identity, nobody } from './identify.ts'
import { isNavigation } from './is-navigation.ts'
import type { LegacySessions } from './legacy-session.ts'

/** Asks a person who has a session of the original whether it is theirs. Only a page can ask that. */
export function createLegacyIdentity(legacySessions: Pick<LegacySessions, 'offer'>): Identity {
  return async (request, _site, record) => {
    if (!isNavigation(request)) return nobody
    const reply = await legacySessions.offer(request, record)
    if (reply === undefined) return nobody
    record.route = 'continue'
    return { kind: 'reply', reply }
  }
}
