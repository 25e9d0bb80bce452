import type { Log } from '../../log/log.ts'
import { logFault } from '../../log/log-fault.ts'

/** The number of faults so far, for the metrics. */
export interface Faults {
  readonly count: number
}

/**
 * Logs and counts errors that nobody caught, and goes on: a fault of s3proxy costs one request, and not the downloads of
 * everybody.
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
