export type RangeOutcome =
  | { kind: 'whole' }
  | { kind: 'part'; start: number /** Exclusive. */; end: number }
  | { kind: 'unsatisfiable' }

/**
 * Reads a `Range` header as S3 does: one range is served, several ranges or a malformed one are ignored.
 *
 * @see RFC 9110 section 14.1.2; multiple ranges: the GetObject reference, 'doesn't support retrieving multiple ranges'
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeOutcome {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (parts === null) return { kind: 'whole' }
  const [, first = '', last = ''] = parts
  if (first === '' && last === '') return { kind: 'whole' }
  if (first === '') {
    // S3 answers 200 here: https://github.com/apache/arrow-rs-object-store/issues/846
    if (sizeBytes === 0 && Number(last) > 0) return { kind: 'whole' }
    const start = Math.max(0, sizeBytes - Number(last))
    return start < sizeBytes ? { kind: 'part', start, end: sizeBytes } : { kind: 'unsatisfiable' }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return { kind: 'whole' }
  if (start >= sizeBytes) return { kind: 'unsatisfiable' }
  return { kind: 'part', start, end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) }
}
