import { normalizeRange } from './content-range.ts'
import type { Conditions } from './object-source.ts'

const names = ['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since', 'range'] as const
/** S3 refuses heads over 8 KiB; so much of it is the client's. */
const maxValueBytes = 1024
const printable = /^[\x20-\x7e\t]*$/

export type ConditionsResult =
  | { kind: 'conditions'; conditions: Conditions; ifRange: string | undefined }
  | { kind: 'invalid' }

/**
 * Reads the conditional headers and the range of a request, in the one spelling that can be signed: printable
 * ASCII, single spaces. A range that S3 ignores is left out, so that no answer to it has to be understood.
 *
 * @returns `invalid` for values that no client sends and S3 would refuse: not ASCII, or far too long
 */
export function readConditions(
  header: (name: keyof Conditions | 'if-range') => string | undefined,
): ConditionsResult {
  const conditions: Conditions = {}
  for (const name of names) {
    const value = header(name)
    if (value === undefined) continue
    if (value.length > maxValueBytes || !printable.test(value)) return { kind: 'invalid' }
    const single = value.replace(/[ \t]+/g, ' ').trim()
    const effective = name === 'range' ? normalizeRange(single) : single
    if (effective !== undefined && effective !== '') conditions[name] = effective
  }
  const ifRange = header('if-range')?.trim()
  if (ifRange !== undefined && (ifRange.length > maxValueBytes || !printable.test(ifRange)))
    return { kind: 'invalid' }
  return { kind: 'conditions', conditions, ifRange }
}

/** As headers to send, in alphabetical order. */
export function conditionHeaders(conditions: Conditions): [string, string][] {
  const headers: [string, string][] = []
  for (const name of names) {
    const value = conditions[name]
    if (value !== undefined) headers.push([name, value])
  }
  return headers
}

/**
 * What `if-range` asks for, in conditions that S3 knows: the range when the validator still fits.
 *
 * @returns `undefined` when it can never fit (a weak validator), or stands beside other preconditions: then
 *   the range is not to be used
 * @see RFC 9110 section 13.1.5
 */
export function withIfRange(conditions: Conditions, ifRange: string): Conditions | undefined {
  if (conditions['if-match'] !== undefined || conditions['if-unmodified-since'] !== undefined)
    return undefined
  if (/^"[^"]*"$/.test(ifRange)) return { ...conditions, 'if-match': ifRange }
  return /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(ifRange)
    ? { ...conditions, 'if-unmodified-since': ifRange }
    : undefined
}

export function withoutRange({ range: _, ...conditions }: Conditions): Conditions {
  return conditions
}
