import { matchesWildcard } from './match-wildcard.ts'
import type { Segment } from './pattern.ts'
import type { Place, SegmentFor } from './pattern-tree.ts'

/** Stands for text that is not known. No piece of a pattern has it, so that only a `*` takes it. */
const anyText = '\0'

/**
 * Finds the places that every path comes to which fits one more segment of another pattern. Some may be missing, and none
 * is wrong.
 *
 * @param places those that every path came to before, with those that it comes to without any segment
 * @param segmentFor `undefined` where the person is not known
 */
export function absorb<End>(
  places: readonly Place<End>[],
  segment: Segment,
  segmentFor?: SegmentFor,
): readonly Place<End>[] {
  const reached: Place<End>[] = []
  const text = textOf(segment)
  for (const place of places) {
    if (place.isRest) reach(place, reached)
    // A path that has as many segments as it likes stays only where any number of them is taken.
    if (text === undefined) continue
    const literal = place.literals?.get(text)
    if (literal !== undefined) reach(literal, reached)
    for (const { pieces, place: next } of place.wildcards)
      if (matchesWildcard(pieces, text)) reach(next, reached)
    for (const { placeholder, place: next } of place.placeholders) {
      const isSame = segment.kind === 'placeholder' && segment.placeholder === placeholder
      if (isSame || segmentFor?.(placeholder) === text) reach(next, reached)
    }
  }
  return reached
}

/** Adds a place, and the one behind `**`. Only the latter can be there before: every other place has one way to it. */
function reach<End>(place: Place<End>, reached: Place<End>[]): void {
  if (!place.isRest || !reached.includes(place)) reached.push(place)
  if (place.rest !== undefined && !reached.includes(place.rest)) reached.push(place.rest)
}

/** A text that stands for everything that a segment fits; `undefined` for any number of segments. */
function textOf(segment: Segment): string | undefined {
  switch (segment.kind) {
    case 'literal':
      return segment.text
    case 'wildcard':
      return segment.pieces.join(anyText)
    case 'placeholder':
      return anyText
    case 'rest':
      return undefined
  }
}
