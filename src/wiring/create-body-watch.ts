import type { Config } from '../config/schema/config-schema.ts'
import { S3ProxyError } from '../errors.ts'
import type { BodyWatch } from '../http/body-watch.ts'
import type { Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import { createSessionWatch } from '../session/session-watch.ts'
import type { Sessions } from '../session/sessions.ts'
import { elapsedMs } from './clocks.ts'

/** Makes the watch over the sessions of bodies under way. @returns `undefined` where they are not looked up */
export function createBodyWatch(
  { session: { recheckSeconds } }: Config,
  sessions: Pick<Sessions, 'existing' | 'noteUse'>,
  log: Log,
): BodyWatch | undefined {
  if (recheckSeconds === 0) return undefined
  const warn = createRareWarning(
    log,
    'SESSION_STORE_UNAVAILABLE',
    'the sessions of downloads under way could not be looked up, so none of them is cut; they are looked up again (session.recheckSeconds)',
    elapsedMs,
  )
  return createSessionWatch({
    existing: sessions.existing,
    noteUse: ({ name }) => sessions.noteUse(name),
    everyMs: recheckSeconds * 1000,
    elapsedMs,
    onUnavailable(error) {
      if (error instanceof S3ProxyError) warn(error.message)
      else logFault(log, error)
    },
  })
}
