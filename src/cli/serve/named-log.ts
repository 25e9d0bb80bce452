import { nameSources, type OptionSources } from '../../config/name-sources.ts'
import type { Log } from '../../log/log.ts'

/**
 * The same log, whose messages name where the options in them were really set. Its level is that of the log given,
 * and is to be changed there.
 *
 * @param sources as they are at that moment
 */
export function nameSourcesIn<AnyLog extends Log>(log: AnyLog, sources: () => OptionSources): AnyLog {
  const named: AnyLog = Object.create(log)
  // Methods of the log given are looked up each time: another level gives it others.
  named.debug = (fields, message) => log.debug(fields, nameSources(message, sources()))
  named.warn = (fields, message) => log.warn(fields, nameSources(message, sources()))
  named.error = (fields, message) => log.error(fields, nameSources(message, sources()))
  return named
}
