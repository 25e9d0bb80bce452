import { safeMessageOf, safeStackOf } from '../errors.ts'
import type { Log } from './log.ts'

/**
 * Logs an unexpected error with its stack.
 *
 * @param where the rest of the sentence `a fault of ours`, such as ` on the admin port`
 */
export function logFault(log: Log, error: unknown, where = ''): void {
  const fields = { code: 'INTERNAL' as const, stack: safeStackOf(error) }
  log.error(fields, `a fault of ours${where}: ${safeMessageOf(error)}`)
}
