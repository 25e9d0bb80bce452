import { nameOptionsOf } from '../mount/name-options.ts'
import type { Log } from './log.ts'

/**
 * Makes a log for lines about the bucket of a mount: they have its name in the field `mount`, and their messages name its
 * options in place of those of `s3`.
 *
 * @param mount `undefined`: the configuration has no mounts, and lines stay as they are
 */
export function logOfMount(log: Log, mount: string | undefined): Log {
  if (mount === undefined) return log
  return {
    debug: (fields, message) => log.debug({ ...fields, mount }, nameOptionsOf(mount, message)),
    info: (fields, message) => log.info({ ...fields, mount }, nameOptionsOf(mount, message)),
    warn: (fields, message) => log.warn({ ...fields, mount }, nameOptionsOf(mount, message)),
    error: (fields, message) => log.error({ ...fields, mount }, nameOptionsOf(mount, message)),
  }
}
