import type { LoginStep } from '../log/log.ts'
import type { Phase, PhaseName } from '../telemetry/request-end.ts'

/** What is noted of one request on its way, for the access line. */
export interface Exchange {
  route: string
  /** Decoded, where the path names an object. */
  key?: string
  who?: string | undefined
  login?: LoginStep
  s3RequestId?: string | undefined
  sessionMs?: number
  ssoMs?: number
  s3Ms?: number
  /** When each of them was, where somebody wants to know. */
  phases?: Phase[]
}

/** Adds how long `work` takes to one of an exchange's durations. */
export async function timed<T>(exchange: Exchange, name: PhaseName, work: T | Promise<T>): Promise<T> {
  const startedAtMs = performance.now()
  try {
    return await work
  } finally {
    const endedAtMs = performance.now()
    exchange[name] = Math.round(((exchange[name] ?? 0) + endedAtMs - startedAtMs) * 1000) / 1000
    exchange.phases?.push({ name, startedAtMs, endedAtMs })
  }
}
