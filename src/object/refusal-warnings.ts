import type { Log } from '../log/log.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import type { ReadOptions } from './read-object.ts'

/** The most error names with a warning of their own; S3 and compatible servers know about a hundred. */
const maxNames = 20

/** Warns when S3 refuses an object for a reason that lies in it, at most once a minute for each error name. */
export function createRefusalWarnings(log: Log, now: () => number): ReadOptions['onRefused'] {
  const warnings = new Map<string, ReturnType<typeof createRareWarning>>()
  return (code, { s3Code, message }) => {
    const name = warnings.size < maxNames || warnings.has(s3Code) ? s3Code : ''
    const warn = warnings.get(name) ?? createRareWarning(log, code, 'an object is not served', now)
    warnings.set(name, warn)
    warn(message)
  }
}
