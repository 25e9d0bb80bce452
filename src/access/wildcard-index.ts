import { matchesWildcard } from './match-wildcard.ts'

/** A segment of a pattern with `*` in it. */
export interface Wildcard {
  /** As for `matchesWildcard`. */
  readonly pieces: readonly string[]
}

/** Wildcards whose first pieces have one length, and whose last pieces have one length. */
interface Shape<One extends Wildcard> {
  prefixLength: number
  suffixLength: number
  /** By the first piece, then by the last one. */
  byEnds: Map<string, Map<string, One[]>>
}

/** The most wildcards of one shape that are compared one by one. */
const fewWildcards = 8

/**
 * Creates the function that finds, among many wildcards, those that a segment fits. The texts at the ends of the segment lead to
 * them; wildcards with equal ends are compared one by one.
 */
export function createWildcardIndex<One extends Wildcard>(
  wildcards: readonly One[],
): (segment: string) => readonly One[] {
  const byShape = new Map<string, One[]>()
  for (const wildcard of wildcards) {
    const shape = `${firstOf(wildcard).length} ${lastOf(wildcard).length}`
    const alike = byShape.get(shape)
    if (alike === undefined) byShape.set(shape, [wildcard])
    else alike.push(wildcard)
  }
  const groups = [...byShape.values()]
  const others = groups.filter(({ length }) => length <= fewWildcards).flat()
  const shapes = groups.filter(({ length }) => length > fewWildcards).map(shapeOf)
  return (segment) => {
    const found = others.filter(({ pieces }) => matchesWildcard(pieces, segment))
    for (const { prefixLength, suffixLength, byEnds } of shapes) {
      const end = segment.length - suffixLength
      const alike = end < prefixLength ? undefined : byEnds.get(segment.slice(0, prefixLength))
      for (const wildcard of alike?.get(segment.slice(end)) ?? none)
        if (matchesWildcard(wildcard.pieces, segment)) found.push(wildcard)
    }
    return found
  }
}

/** @param wildcards at least one, all of one shape */
function shapeOf<One extends Wildcard>(wildcards: readonly One[]): Shape<One> {
  const [first] = wildcards as [One]
  const byEnds: Shape<One>['byEnds'] = new Map()
  for (const wildcard of wildcards) {
    const bySuffix = byEnds.get(firstOf(wildcard)) ?? new Map<string, One[]>()
    byEnds.set(firstOf(wildcard), bySuffix)
    const alike = bySuffix.get(lastOf(wildcard))
    if (alike === undefined) bySuffix.set(lastOf(wildcard), [wildcard])
    else alike.push(wildcard)
  }
  return { prefixLength: firstOf(first).length, suffixLength: lastOf(first).length, byEnds }
}

const none: readonly never[] = []

function firstOf({ pieces }: Wildcard): string {
  return pieces[0] ?? ''
}

function lastOf({ pieces }: Wildcard): string {
  return pieces.at(-1) ?? ''
}
