import type { Config } from '../config/schema/config-schema.ts'
import { S3ProxyError } from '../errors.ts'
import type { BodyWatch } from '../http/body-watch.ts'
import type { Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import { createSessionWatch } from '../session/session-watch.ts'
import type { Sessions } from '../session/sessions.ts'
import { elapsedMs } from './clocks.ts'

/** The longest time that a timer of Node takes is 24 days, and an idle timeout may be a year. */
const longestSeconds = 86_400
/** The watch looks several times within the idle timeout, so that a late turn ends no session. */
const looksInIdleTimeout = 4

/**
 * Makes the watch over the sessions of bodies under way. With an idle timeout it also runs where sessions are not looked
 * up, because a body is a use of its session.
 *
 * @returns `undefined` where there is nothing to do
 */
export function createBodyWatch(
  { session }: { session: Pick<Config['session'], 'recheckSeconds' | 'idleTimeoutSeconds'> },
  sessions: Pick<Sessions, 'existing' | 'noteUse'>,
  log: Log,
): BodyWatch | undefined {
  const { recheckSeconds, idleTimeoutSeconds = Number.POSITIVE_INFINITY } = session
  const isLookedUp = recheckSeconds !== 0
  const everySeconds = Math.min(
    isLookedUp ? recheckSeconds : Number.POSITIVE_INFINITY,
    idleTimeoutSeconds / looksInIdleTimeout,
    longestSeconds,
  )
  if (!isLookedUp && session.idleTimeoutSeconds === undefined) return undefined
  const warn = createRareWarning(
    log,
    'SESSION_STORE_UNAVAILABLE',
    'the sessions of downloads under way could not be looked up, so none of them is cut; they are looked up again (session.recheckSeconds)',
    elapsedMs,
  )
  return createSessionWatch({
    existing: isLookedUp ? sessions.existing : async (names) => names.map(() => true),
    noteUse: ({ name }) => sessions.noteUse(name),
    everyMs: everySeconds * 1000,
    elapsedMs,
    onUnavailable(error) {
      if (error instanceof S3ProxyError) warn(error.message)
      else logFault(log, error)
    },
  })
}
