/**
 * Tells whether a segment consists of pieces in their order, with anything between them. It takes time in proportion to the
 * segment for each piece, whatever the segment is.
 *
 * @param pieces the parts of a wildcard between its `*`; the first and the last are at the ends of the segment
 */
export function matchesWildcard(pieces: readonly string[], segment: string): boolean {
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)]
  if (!segment.startsWith(first) || !segment.endsWith(last)) return false
  const end = segment.length - last.length
  let from = first.length
  for (let index = 1; index < pieces.length - 1; index++) {
    const piece = pieces[index] as string
    const at = segment.indexOf(piece, from)
    if (at === -1) return false
    from = at + piece.length
  }
  return from <= end
}
