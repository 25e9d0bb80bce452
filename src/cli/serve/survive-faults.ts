import type { Log } from '../../log/log.ts'
import { logFault } from '../../log/log-fault.ts'

/** How many there were; for the metrics. */
export interface Faults {
  readonly count: number
}

/**
 * Logs and counts what nobody caught, and goes on: a fault of ours costs the request that met it, and not everybody's
 * downloads.
 *
 * @see docs/decisions/014-uncaught-faults.md
 */
export function surviveFaults(log: Log): Faults {
  const faults = { count: 0 }
  const report = (error: unknown) => {
    faults.count++
    logFault(log, error, ', outside of any request')
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
  return faults
}
