import { nameSources, type OptionSources } from '../../config/name-sources.ts'
import type { Log } from '../../log/log.ts'

/**
 * Makes a log whose messages name the variable, file or flag that an option was set by. Its level is the level of the
 * log that is given, and is changed there.
 *
 * @param sources returns the sources of the configuration in force
 */
export function nameSourcesIn<AnyLog extends Log>(log: AnyLog, sources: () => OptionSources): AnyLog {
  const named: AnyLog = Object.create(log)
  // Another level gives the log other methods, so each call looks them up.
  named.debug = (fields, message) => log.debug(fields, nameSources(message, sources()))
  named.warn = (fields, message) => log.warn(fields, nameSources(message, sources()))
  named.error = (fields, message) => log.error(fields, nameSources(message, sources()))
  return named
}
