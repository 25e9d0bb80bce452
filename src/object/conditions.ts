import { normalizeRange } from '../http/content-range.ts'
import { isStrongEtag } from '../http/etag.ts'
import { formatHttpDate, parseHttpDate } from '../http/http-date.ts'
import type { Conditions } from './object-source.ts'

const names = ['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since', 'range'] as const
/** The longest value that a client may send. S3 refuses heads over 8 KiB. */
const maxValueBytes = 1024
const printable = /^[\x20-\x7e\t]*$/

export type ConditionsResult =
  | { kind: 'conditions'; conditions: Conditions; ifRange: string | undefined }
  | { kind: 'invalid' }

/**
 * Reads the conditions and the range of a request, each in the one spelling that every S3 understands and that can be
 * signed. Values that RFC 9110 wants to be ignored are left out, and never reach S3: an invalid date, a date beside
 * ETags, a range that has no effect.
 *
 * @param now the time in milliseconds, which decides the century of years with two digits
 * @returns `invalid` for values that no client sends and S3 would refuse: not ASCII, or far too long
 */
export function readConditions(
  header: (name: keyof Conditions | 'if-range') => string | undefined,
  now: () => number,
): ConditionsResult {
  const conditions: Conditions = {}
  for (const name of names) {
    const value = header(name)
    if (value === undefined) continue
    const isDate = name === 'if-modified-since' || name === 'if-unmodified-since'
    if (value.length > maxValueBytes || !printable.test(value)) {
      if (isDate) continue
      return { kind: 'invalid' }
    }
    const single = value.replace(/[ \t]+/g, ' ').trim()
    if (single === '') continue
    const effective = isDate
      ? normalizeDate(single, now)
      : name === 'range'
        ? normalizeRange(single)
        : normalizeEtags(single, name)
    if (effective !== undefined) conditions[name] = effective
  }
  // ETags win over dates (RFC 9110 sections 13.1.3 and 13.1.4).
  if (header('if-none-match')?.trim()) delete conditions['if-modified-since']
  if (conditions['if-match'] !== undefined) delete conditions['if-unmodified-since']
  const ifRange = header('if-range')?.trim()
  if (ifRange !== undefined && (ifRange.length > maxValueBytes || !printable.test(ifRange)))
    return { kind: 'invalid' }
  return { kind: 'conditions', conditions, ifRange }
}

/** The headers of conditions, in alphabetical order. */
export function conditionHeaders(conditions: Conditions): [string, string][] {
  const headers: [string, string][] = []
  for (const name of names) {
    const value = conditions[name]
    if (value !== undefined) headers.push([name, value])
  }
  return headers
}

/**
 * Translates `if-range` into conditions that S3 knows: the range is valid only for this version.
 *
 * @returns `undefined` where the range must not be used: the validator can never match (a weak ETag, an invalid date),
 *   or there are other preconditions
 * @see RFC 9110 section 13.1.5
 */
export function withIfRange(
  conditions: Conditions,
  ifRange: string,
  now: () => number,
): Conditions | undefined {
  if (conditions['if-match'] !== undefined || conditions['if-unmodified-since'] !== undefined)
    return undefined
  if (isStrongEtag(ifRange)) return { ...conditions, 'if-match': ifRange }
  const date = normalizeDate(ifRange, now)
  return date === undefined ? undefined : { ...conditions, 'if-unmodified-since': date }
}

export function withoutRange({ range: _, ...conditions }: Conditions): Conditions {
  return conditions
}

/** Spells a date in the one form that all S3 servers know. No object is older than the epoch. */
function normalizeDate(text: string, now: () => number): string | undefined {
  const ms = parseHttpDate(text, now())
  return ms === undefined ? undefined : formatHttpDate(Math.max(0, ms))
}

const etagOrWord = /(?:W\/)?"[\x21\x23-\x7e]*"|[\x21\x23-\x2b\x2d-\x7e]+/g
/** An ETag that no object has: S3 makes ETags of hexadecimal digits. */
const noEtag = '"none"'

/**
 * Spells a list of ETags as RFC 9110 does. S3 and its tools also use ETags without quotes; the quotes are added. Where
 * no item is an ETag, `if-match` must fail, and `if-none-match` must hold.
 */
function normalizeEtags(list: string, name: 'if-match' | 'if-none-match'): string | undefined {
  if (list === '*') return list
  const etags: string[] = []
  for (const [item] of list.matchAll(etagOrWord)) {
    if (item === '*') continue
    etags.push(item.endsWith('"') ? item : `"${item}"`)
  }
  if (etags.length > 0) return etags.join(', ')
  return name === 'if-match' ? noEtag : undefined
}
