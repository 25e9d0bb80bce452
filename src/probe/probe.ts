import { messageOf } from '../errors.ts'

/** What one step found. */
export interface ProbeResult {
  /** `s3.healthcheck` */
  name: string
  ok: boolean
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

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

/** Runs the steps of one dependency in order; what stands on a vital step that failed is not tried. */
export async function runSteps(steps: readonly ProbeStep[]): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  let broken: string | undefined
  for (const step of steps) {
    if (broken !== undefined) {
      results.push({
        name: step.name,
        ok: false,
        ms: 0,
        message: `not tried, because ${broken} failed`,
        advice: '',
      })
      continue
    }
    const result = await runStep(step)
    results.push(result)
    if (!result.ok && step.isVital) broken = step.name
  }
  return results
}

async function runStep({ name, timeoutMs, run }: ProbeStep): Promise<ProbeResult> {
  const startedAt = performance.now()
  const abort = new AbortController()
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new ProbeFailure(`no answer within ${timeoutMs} ms`, 'check address, network and firewall'))
      abort.abort()
    }, timeoutMs)
    abort.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  const end = (ok: boolean, message: string, advice = '') => ({
    name,
    ok,
    ms: Math.round(performance.now() - startedAt),
    message,
    advice,
  })
  try {
    const { message, advice } = await Promise.race([run(abort.signal), late])
    return end(true, message, advice)
  } catch (error) {
    return end(false, messageOf(error), error instanceof ProbeFailure ? error.advice : '')
  } finally {
    abort.abort()
  }
}
