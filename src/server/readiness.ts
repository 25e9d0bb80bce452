import { codeOf, type ErrorCode, safeMessageOf } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'

/** Whether this process should get requests, and what does not work. */
export interface ReadinessReport {
  /** `degraded`: it should, and something that all instances share does not work. */
  state: 'ok' | 'degraded' | 'unready'
  /** By dependency: `ok`, or the code of what is wrong, and more about it. */
  checks: Record<string, string>
  /** By worker, where there are several. */
  workers?: Record<string, ReadinessReport>
}

export interface Readiness {
  /** Asks every dependency; an answer is used for a second. */
  check(): Promise<ReadinessReport>
  /** Makes every later report say that the process is shutting down. */
  startDraining(): void
}

export interface Dependency {
  /** Whether this process is of no use without it. @see docs/decisions/004-readiness.md */
  isVital: boolean
  /** The code that is reported when it does not answer in time. */
  timeoutCode: ErrorCode
  /** Resolves when it can be used; rejects with what is wrong, for the operator. */
  ask(): Promise<void>
}

/** The report of a process that takes no more requests. */
export const shuttingDown: ReadinessReport = {
  state: 'unready',
  checks: { process: 'SHUTTING_DOWN: the process is shutting down' },
}

const trustMs = 1000

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
      if (last !== undefined && now() - lastAt < trustMs) return last
      underWay ??= askAll()
      return underWay
    },
    startDraining() {
      isDraining = true
    },
  }
}

/** @returns `ok`, or what is wrong, its code first */
function askWithin({ ask, timeoutCode }: Dependency, timeoutMs: number): Promise<string> {
  const answer = ask().then(
    () => 'ok',
    (error: unknown) => `${codeOf(error, 'INTERNAL')}: ${safeMessageOf(error)}`,
  )
  return withinDeadline(answer, timeoutMs, () => `${timeoutCode}: no answer within ${timeoutMs} ms`)
}
