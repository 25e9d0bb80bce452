import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Makes work that many ask for run one after the other, and begin at most once in `everyMs`.
 *
 * All who ask before the next run begins share its outcome, so that what they get was true after they asked.
 *
 * @param now a clock that never jumps, in milliseconds
 */
export function createPaced<T>(work: () => Promise<T>, everyMs: number, now: () => number): () => Promise<T> {
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
