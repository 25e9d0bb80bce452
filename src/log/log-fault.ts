import { safeMessageOf, safeStackOf } from '../errors.ts'
import type { Log } from './log.ts'

/**
 * Logs an error that nothing here expects, with its stack.
 *
 * @param where completes `a fault of ours`, as in ` on the admin port`
 */
export function logFault(log: Log, error: unknown, where = ''): void {
  const fields = { code: 'INTERNAL' as const, stack: safeStackOf(error) }
  log.error(fields, `a fault of ours${where}: ${safeMessageOf(error)}`)
}
