import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Limits how often work runs that many callers ask for: one run at a time, and at most one start in `everyMs`.
 *
 * All callers that come before a run begins share its outcome, so each gets an outcome from after its call.
 *
 * @param now a clock that never jumps, in milliseconds
 */
export function throttle<T>(work: () => Promise<T>, everyMs: number, now: () => number): () => Promise<T> {
  let next: Promise<T> | undefined
  let running: Promise<unknown> = Promise.resolve()
  let begunAtMs = Number.NEGATIVE_INFINITY

  async function run(): Promise<T> {
    await running.catch(() => {})
    const leftMs = begunAtMs + everyMs - now()
    if (leftMs > 0) await sleep(leftMs)
    next = undefined
    begunAtMs = now()
    const outcome = work()
    running = outcome
    return outcome
  }

  return () => {
    next ??= run()
    return next
  }
}
