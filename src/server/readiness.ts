import { codeOf, type ErrorCode, safeMessageOf } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'

/** Tells whether this process should get requests, and which dependency does not work. */
export interface ReadinessReport {
  /** `degraded` means: it should get requests, although something that all instances share does not work. */
  state: 'ok' | 'degraded' | 'unready'
  /** For each dependency `ok`, or the code of the failure with a reason. */
  checks: Record<string, string>
  /** The report of each worker, where there are several. */
  workers?: Record<string, ReadinessReport>
}

export interface Readiness {
  /** Asks every dependency; the report is used again for a second. */
  check(): Promise<ReadinessReport>
  /** Makes every later report say that the process is shutting down. */
  startDraining(): void
}

export interface Dependency {
  /** Whether the process is unready without it. @see docs/decisions/004-readiness.md */
  isVital: boolean
  /** The code that is reported when it does not answer in time. */
  timeoutCode: ErrorCode
  /** Resolves when the dependency works; rejects with an error for the operator. */
  ask(): Promise<void>
}

/** The report of a process that is shutting down. */
export const shuttingDown: ReadinessReport = {
  state: 'unready',
  checks: { process: 'SHUTTING_DOWN: the process is shutting down' },
}

/** Time in which a report is used again. */
const reuseMs = 1000

/**
 * @param askTimeoutMs a dependency that has not answered by then counts as failed
 * @param now milliseconds of a clock that never jumps
 */
export function createReadiness(
  dependencies: Record<string, Dependency>,
  askTimeoutMs: number,
  now: () => number,
): Readiness {
  let isDraining = false
  let last: ReadinessReport | undefined
  let lastAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<ReadinessReport> | undefined

  async function askAll(): Promise<ReadinessReport> {
    let state: ReadinessReport['state'] = 'ok'
    const checks: Record<string, string> = {}
    const asked = Object.entries(dependencies).map(async ([name, dependency]) => {
      const answer = await askWithin(dependency, askTimeoutMs)
      checks[name] = answer
      if (answer === 'ok' || state === 'unready') return
      state = dependency.isVital ? 'unready' : 'degraded'
    })
    await Promise.all(asked)
    last = { state, checks }
    lastAt = now()
    underWay = undefined
    return last
  }

  return {
    async check() {
      if (isDraining) return shuttingDown
      if (last !== undefined && now() - lastAt < reuseMs) return last
      underWay ??= askAll()
      return underWay
    },
    startDraining() {
      isDraining = true
    },
  }
}

/** @returns `ok`, or a code followed by the reason */
function askWithin({ ask, timeoutCode }: Dependency, timeoutMs: number): Promise<string> {
  const answer = ask().then(
    () => 'ok',
    (error: unknown) => `${codeOf(error, 'INTERNAL')}: ${safeMessageOf(error)}`,
  )
  return withinDeadline(answer, timeoutMs, () => `${timeoutCode}: no answer within ${timeoutMs} ms`)
}
