import { createRareWarning, type Log } from '../log/log.ts'
import type { ReadOptions } from './read-object.ts'

/** So many names of errors have a warning of their own; S3 and the servers like it know about a hundred. */
const maxNames = 20

/** Warns of objects that S3 does not give for a reason of their own: once a minute for each name of an error. */
export function createRefusalWarnings(log: Log, now: () => number): ReadOptions['onRefused'] {
  const warnings = new Map<string, ReturnType<typeof createRareWarning>>()
  return (code, { s3Code, message }) => {
    const name = warnings.size < maxNames || warnings.has(s3Code) ? s3Code : ''
    const warn = warnings.get(name) ?? createRareWarning(log, code, 'an object is not served', now)
    warnings.set(name, warn)
    warn(message)
  }
}
