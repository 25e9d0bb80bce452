import { messageOf } from '../errors.ts'

/** Whether this process should get requests, and why not. */
export interface ReadinessReport {
  isReady: boolean
  /** By dependency: `ok`, or what is wrong. */
  checks: Record<string, string>
}

export interface Readiness {
  /** Asks every dependency; an answer is used for a second. */
  check(): Promise<ReadinessReport>
  /** From now on: not ready, because the process is shutting down. */
  startDraining(): void
}

const trustMs = 1000

/** @param dependencies each resolves when it can be used, within a bounded time */
export function createReadiness(
  dependencies: Record<string, () => Promise<void>>,
  now: () => number,
): Readiness {
  let isDraining = false
  let last: { at: number; report: Promise<ReadinessReport> } | undefined

  async function askAll(): Promise<ReadinessReport> {
    const names = Object.keys(dependencies)
    const answers = await Promise.all(
      Object.values(dependencies).map((ask) =>
        ask().then(
          () => 'ok',
          (error: unknown) => messageOf(error),
        ),
      ),
    )
    const checks = Object.fromEntries(names.map((name, index) => [name, answers[index] ?? 'unknown']))
    return { isReady: answers.every((answer) => answer === 'ok'), checks }
  }

  return {
    async check() {
      if (isDraining) return { isReady: false, checks: { process: 'shutting down' } }
      if (last === undefined || now() - last.at >= trustMs) last = { at: now(), report: askAll() }
      return last.report
    },
    startDraining() {
      isDraining = true
    },
  }
}
