import { normalizeRange } from '../http/content-range.ts'
import { isStrongEtag } from '../http/etag.ts'
import { formatHttpDate, parseHttpDate } from '../http/http-date.ts'
import type { Conditions } from './object-source.ts'

const names = ['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since', 'range'] as const
/** S3 refuses heads over 8 KiB; so much of it is the client's. */
const maxValueBytes = 1024
const printable = /^[\x20-\x7e\t]*$/

export type ConditionsResult =
  | { kind: 'conditions'; conditions: Conditions; ifRange: string | undefined }
  | { kind: 'invalid' }

/**
 * Reads the conditional headers and the range of a request, each in the one spelling that every S3 understands and
 * that can be signed. What RFC 9110 wants passed over is left out, so that S3 never has to make sense of it: a date
 * that is none, a date beside the ETags that it stands in for, a range that is ignored.
 *
 * @param now the time in milliseconds: decides the century of dates with two digits for the year
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
  // RFC 9110 sections 13.1.3 and 13.1.4.
  if (header('if-none-match')?.trim()) delete conditions['if-modified-since']
  if (conditions['if-match'] !== undefined) delete conditions['if-unmodified-since']
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
 * @returns `undefined` when it can never fit (a weak validator, a date that is none), or stands beside other
 *   preconditions: then the range is not to be used
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

/** S3 servers know one of the three forms, and no object is older than the epoch. */
function normalizeDate(text: string, now: () => number): string | undefined {
  const ms = parseHttpDate(text, now())
  return ms === undefined ? undefined : formatHttpDate(Math.max(0, ms))
}

const etagOrWord = /(?:W\/)?"[\x21\x23-\x7e]*"|[\x21\x23-\x2b\x2d-\x7e]+/g
/** Fits no object: S3 makes ETags of hexadecimal digits. */
const noEtag = '"none"'

/**
 * A list of ETags as RFC 9110 writes it. S3 takes ETags without their quotes too, and so do its tools: they get
 * them. Where nothing is an ETag, `if-match` must not hold, and `if-none-match` does.
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
