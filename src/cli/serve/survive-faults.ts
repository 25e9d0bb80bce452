import { messageOf } from '../../errors.ts'
import type { Log } from '../../log/log.ts'

/**
 * Logs what nobody caught, and goes on: a fault of ours costs the request that met it, and not everybody's
 * downloads. Requests share next to nothing that could be left half-changed.
 */
export function surviveFaults(log: Log): void {
  const report = (error: unknown) => {
    const stack = error instanceof Error ? error.stack : undefined
    log.error({ code: 'INTERNAL', stack }, `a fault of ours, outside of any request: ${messageOf(error)}`)
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}
