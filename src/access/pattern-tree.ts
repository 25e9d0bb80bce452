import { matchesWildcard } from './match-wildcard.ts'
import type { Pattern, Placeholder, Segment } from './pattern.ts'
import { createWildcardIndex } from './wildcard-index.ts'

/** A place in the tree of all patterns. Patterns that begin alike share their places up to where they differ. */
export class Place<End> {
  /** Whether any segment leads from here to here again: the place behind `**`. */
  readonly isRest: boolean
  /** Most places have none of these, and there may be ten thousands of places. */
  literals: Map<string, Place<End>> | undefined = undefined
  wildcards: readonly WildcardWay<End>[] = none
  /** Finds the wildcards that a segment fits, where there are many; made when the first segment comes. */
  fittingWildcards: ((segment: string) => readonly WildcardWay<End>[]) | undefined = undefined
  placeholders: readonly { readonly placeholder: Placeholder; readonly place: Place<End> }[] = none
  /** The place behind `**`, which is reached without any segment. */
  rest: Place<End> | undefined = undefined
  /** The values of the patterns that end here. */
  ends: readonly End[] = none
  /** The number of the last step that came here, so that each step comes here once. */
  step = 0

  constructor(isRest: boolean) {
    this.isRest = isRest
  }
}

interface WildcardWay<End> {
  readonly pieces: readonly string[]
  readonly place: Place<End>
}

/** The most wildcards of one place that are compared one by one. */
const fewWildcards = 8

/** Says which segment a placeholder stands for; `undefined` for none. */
export type SegmentFor = (placeholder: Placeholder) => string | undefined

/** Patterns in one tree. A walk costs as much as the places that a path comes through, not as much as there are patterns. */
export interface PatternTree<End> {
  add(pattern: Pattern, end: End): void
  /** The places where a walk begins, with those that it comes to without any segment. */
  start(): readonly Place<End>[]
  /** The places that one segment of a path leads to. The list is used again by the next step but one. */
  step(places: readonly Place<End>[], segment: string, segmentFor: SegmentFor): readonly Place<End>[]
}

export function createPatternTree<End>(): PatternTree<End> {
  const root = new Place<End>(false)
  const grow = createGrowth<End>()
  let steps = 0
  let reached: Place<End>[] = []
  let spare: Place<End>[] = []

  function begin(): void {
    ;[reached, spare] = [spare, reached]
    reached.length = 0
    steps++
  }

  function reach(place: Place<End>): void {
    if (place.step === steps) return
    place.step = steps
    reached.push(place)
    if (place.rest !== undefined) reach(place.rest)
  }

  return {
    add(pattern, end) {
      const place = pattern.segments.reduce(grow, root)
      place.ends = withItem(place.ends, end)
    },
    start() {
      begin()
      reach(root)
      return reached
    },
    step(places, segment, segmentFor) {
      begin()
      for (const place of places) {
        if (place.isRest) reach(place)
        const literal = place.literals?.get(segment)
        if (literal !== undefined) reach(literal)
        if (place.wildcards.length > fewWildcards) {
          place.fittingWildcards ??= createWildcardIndex(place.wildcards)
          for (const { place: next } of place.fittingWildcards(segment)) reach(next)
        } else
          for (const { pieces, place: next } of place.wildcards)
            if (matchesWildcard(pieces, segment)) reach(next)
        for (const { placeholder, place: next } of place.placeholders)
          if (segmentFor(placeholder) === segment) reach(next)
      }
      return reached
    },
  }
}

const none: readonly never[] = []

/** Adds to a list in place, but for the empty list that all places share. */
function withItem<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0) return [item]
  ;(list as Item[]).push(item)
  return list
}

/** Creates the function that finds or makes the place that a segment of a pattern leads to. */
function createGrowth<End>(): (place: Place<End>, segment: Segment) => Place<End> {
  const wildcards = new Map<Place<End>, Map<string, Place<End>>>()
  return (place, segment) => {
    switch (segment.kind) {
      case 'literal':
        place.literals ??= new Map()
        return getOrMake(place.literals, segment.text, () => new Place(false))
      case 'rest':
        // `**` behind `**` adds nothing.
        if (place.isRest) return place
        place.rest ??= new Place(true)
        return place.rest
      case 'wildcard': {
        const { pieces } = segment
        const known = getOrMake(wildcards, place, () => new Map())
        return getOrMake(known, pieces.join('*'), () => {
          const next = new Place<End>(false)
          place.wildcards = withItem(place.wildcards, { pieces, place: next })
          place.fittingWildcards = undefined
          return next
        })
      }
      case 'placeholder': {
        const { placeholder } = segment
        const known = place.placeholders.find((one) => one.placeholder === placeholder)
        if (known !== undefined) return known.place
        const next = new Place<End>(false)
        place.placeholders = withItem(place.placeholders, { placeholder, place: next })
        return next
      }
    }
  }
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
