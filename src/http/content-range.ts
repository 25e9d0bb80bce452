/** The bytes that an answer holds, both ends included, and the size of the whole. */
export interface ByteRange {
  first: number
  last: number
  sizeBytes: number
}

/** Parses a `content-range`. @see RFC 9110 section 14.4 */
export function parseContentRange(value: string | undefined): ByteRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(value ?? '')
  if (match === null) return undefined
  const [first, last, sizeBytes] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return first <= last && last < sizeBytes ? { first, last, sizeBytes } : undefined
}

/** Formats the value of `content-range`. */
export function formatContentRange({ first, last, sizeBytes }: ByteRange): string {
  return `bytes ${first}-${last}/${sizeBytes}`
}

/** Reads the size of an object out of the `content-range` of an answer to a range that lies outside of it. */
export function parseUnsatisfied(value: string | undefined): number | undefined {
  const size = /^bytes \*\/(\d{1,15})$/i.exec(value ?? '')?.[1]
  return size === undefined ? undefined : Number(size)
}

/** The value of `content-range` for a range that lies outside the object. */
export function formatUnsatisfied(sizeBytes: number): string {
  return `bytes */${sizeBytes}`
}

/**
 * Spells a `range` that names a single range of bytes in one way.
 *
 * @returns `undefined` for ranges that S3 answers with the whole object: several ranges, other units, garbage, a last
 *   byte before the first
 * @see RFC 9110 section 14.1.1
 */
export function normalizeRange(value: string): string | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)$/i.exec(value)
  if (match === null) return undefined
  const [from, to] = [match[1] ?? '', match[2] ?? '']
  if (from === '' && to === '') return undefined
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined
  return `bytes=${from}-${to}`
}

/** Tells whether an answer with `range` fits a request for `asked` (`bytes=0-99`, `bytes=100-`, `bytes=-5`). */
export function answersRange(range: ByteRange, asked: string): boolean {
  const match = /^bytes=(\d*)-(\d*)$/.exec(asked)
  if (match === null) return false
  const [from, to] = [match[1] ?? '', match[2] ?? '']
  const end = range.sizeBytes - 1
  if (from === '') return range.last === end && range.first === Math.max(0, range.sizeBytes - Number(to))
  return range.first === Number(from) && range.last === (to === '' ? end : Math.min(end, Number(to)))
}
