import { codeOf, type ErrorCode, safeMessageOf } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'

/** The result of one step. */
export interface ProbeResult {
  /** Name of the step, such as `s3.healthcheck`. */
  name: string
  ok: boolean
  /** Code of the failure, the same as in the log and on the page. */
  code?: ErrorCode
  ms: number
  /** Describes what was tried and what came back, without any secret. */
  message: string
  /** Tells the operator what to do; empty when there is nothing to do. */
  advice: string
}

export interface Finding {
  message: string
  advice?: string
}

/** One step of the probe, which tries one thing for real. */
export interface ProbeStep {
  name: string
  /** Time after which the step counts as failed. */
  timeoutMs: number
  /** Whether the steps after it need it to succeed. */
  isVital?: boolean
  /** More advice where the step takes too long. */
  adviceWhenLate?: string
  /** Runs the step. @throws ProbeFailure, or any error whose message is for the operator */
  run(signal: AbortSignal): Promise<Finding>
}

/** A failure that the step understands, with advice for the operator. */
export class ProbeFailure extends Error {
  readonly advice: string
  readonly code: ErrorCode | undefined

  /** @param code needed only where it differs from the dependency's `failed` */
  constructor(message: string, advice: string, code?: ErrorCode) {
    super(message)
    this.advice = advice
    this.code = code
  }
}

/** Codes of failed and late steps of a dependency, for failures without a code of their own. */
export interface DependencyCodes {
  failed: ErrorCode
  late: ErrorCode
}

/** Runs the steps of one dependency in order. After a vital step that failed, the others are not tried. */
export async function runSteps(steps: readonly ProbeStep[], codes: DependencyCodes): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  let broken: ProbeResult | undefined
  for (const step of steps) {
    if (broken !== undefined) {
      results.push({
        name: step.name,
        ok: false,
        code: broken.code ?? codes.failed,
        ms: 0,
        message: `not tried, because ${broken.name} failed`,
        advice: '',
      })
      continue
    }
    const result = await runStep(step, codes)
    results.push(result)
    if (!result.ok && step.isVital) broken = result
  }
  return results
}

async function runStep(
  { name, timeoutMs, run, adviceWhenLate }: ProbeStep,
  codes: DependencyCodes,
): Promise<ProbeResult> {
  const startedAt = performance.now()
  const abort = new AbortController()
  const late = () => {
    throw new ProbeFailure(
      `no answer within ${timeoutMs} ms`,
      `check address, network and firewall${adviceWhenLate === undefined ? '' : `; ${adviceWhenLate}`}`,
      codes.late,
    )
  }
  const end = (message: string, advice = '', code?: ErrorCode) => ({
    name,
    ok: code === undefined,
    ...(code === undefined ? {} : { code }),
    ms: Math.round(performance.now() - startedAt),
    message,
    advice,
  })
  try {
    const { message, advice } = await withinDeadline(run(abort.signal), timeoutMs, late)
    return end(message, advice)
  } catch (error) {
    if (error instanceof ProbeFailure) return end(error.message, error.advice, error.code ?? codes.failed)
    return end(safeMessageOf(error), '', codeOf(error, codes.failed))
  } finally {
    abort.abort()
  }
}
