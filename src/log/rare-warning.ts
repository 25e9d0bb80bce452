import type { Code } from '../errors.ts'
import type { Log } from './log.ts'

/**
 * Creates a warning that is written at most once a minute, with the number of those that were held back.
 *
 * @param now a clock that never jumps, in milliseconds
 */
export function createRareWarning(
  log: Log,
  code: Code,
  message: string,
  now: () => number,
): (detail?: string) => void {
  let nextAt = Number.NEGATIVE_INFINITY
  let held = 0
  return (detail) => {
    if (now() < nextAt) {
      held++
      return
    }
    nextAt = now() + 60_000
    log.warn({ code, heldBack: held }, detail === undefined ? message : `${message}: ${detail}`)
    held = 0
  }
}
