import { parseHttpDate } from './http-date.ts'
import type { HeaderList } from './reply.ts'

/** The longest wait that is accepted from a server. */
const maxSeconds = 3600

/**
 * Parses the value of `retry-after`: seconds or a date.
 *
 * @returns whole seconds, 1 to 3600; `undefined` where there is no valid value
 * @see RFC 9110 section 10.2.3
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  const dateMs = parseHttpDate(text, nowMs)
  const seconds = dateMs === undefined ? secondsIn(text) : Math.ceil((dateMs - nowMs) / 1000)
  return seconds === undefined ? undefined : Math.min(maxSeconds, Math.max(1, seconds))
}

/** Makes the header. @returns nothing where there is no time to tell */
export function retryAfterHeader(seconds: number | undefined): HeaderList {
  return seconds === undefined ? [] : ['retry-after', String(seconds)]
}

function secondsIn(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
