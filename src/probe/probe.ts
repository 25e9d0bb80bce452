import { codeOf, type ErrorCode, safeMessageOf } from '../errors.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'

/** What one step found. */
export interface ProbeResult {
  /** `s3.healthcheck` */
  name: string
  ok: boolean
  /** Of what is wrong, as it would stand in the log and on the page. */
  code?: ErrorCode
  ms: number
  /** What was done and what came back; never a secret. */
  message: string
  /** What to do about it; empty when there is nothing. */
  advice: string
}

export interface Finding {
  message: string
  advice?: string
}

/** One thing to try for real. */
export interface ProbeStep {
  name: string
  /** After so long it has failed. */
  timeoutMs: number
  /** Whether the steps after it cannot work without it. */
  isVital?: boolean
  /** @throws ProbeFailure, or any error whose message is for the operator */
  run(signal: AbortSignal): Promise<Finding>
}

/** A step that failed in a known way. */
export class ProbeFailure extends Error {
  readonly advice: string
  readonly code: ErrorCode | undefined

  /** @param code where it is another than the dependency's `failed` */
  constructor(message: string, advice: string, code?: ErrorCode) {
    super(message)
    this.advice = advice
    this.code = code
  }
}

/** What steps that fail are called, where they do not say it themselves. */
export interface DependencyCodes {
  failed: ErrorCode
  late: ErrorCode
}

/** Runs the steps of one dependency in order; what stands on a vital step that failed is not tried. */
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

async function runStep({ name, timeoutMs, run }: ProbeStep, codes: DependencyCodes): Promise<ProbeResult> {
  const startedAt = performance.now()
  const abort = new AbortController()
  const late = () => {
    throw new ProbeFailure(
      `no answer within ${timeoutMs} ms`,
      'check address, network and firewall',
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
