import type { Person } from '../person/person.ts'
import { absorb } from './absorb.ts'
import { bitOf, type CompiledRule, type CompiledRules, isAbout } from './compile-rules.ts'
import type { Segment } from './pattern.ts'
import type { Place, SegmentFor } from './pattern-tree.ts'
import type { PersonalRules } from './personal-rules.ts'
import type { Action } from './rule.ts'
import { walkPath } from './walk-path.ts'

/**
 * Tells how much below a folder a person may do something with: `all` and `none` are certain, `some` is everything else.
 *
 * @param prefix decoded path of the folder, without its first `/`: empty, or with a `/` at its end
 * @param mount as for `Decide`; what is below the folder in other mounts does not count
 */
export type Cover = (
  person: Person | undefined,
  action: Action,
  prefix: string,
  mount: string | undefined,
) => 'all' | 'some' | 'none'

export function createCover(
  { rules, tree }: CompiledRules,
  personalOf: (person: Person | undefined) => PersonalRules,
): Cover {
  return (person, action, prefix, mount) => {
    const personal = personalOf(person)
    if (rules.length === 0) return personal.passesGates ? 'all' : 'none'
    const { segmentFor } = personal
    const isInForce = (rule: CompiledRule) => isAbout(rule, bitOf[action], mount) && personal.isInForce(rule)
    const isAllowing = (rule: CompiledRule) => !rule.isDeny && isInForce(rule)
    const isDenying = (rule: CompiledRule) => rule.isDeny && isInForce(rule)
    const isAllowed = (place: Place<CompiledRule>, passed: Passed<CompiledRule>) =>
      place.ends.some(isAllowing) && !passed.some(({ ends }) => ends.some(isDenying))

    // A copy: the tree uses its list again.
    const places = [...(prefix === '' ? tree.start() : walkPath(tree, prefix.slice(0, -1), segmentFor))]
    if (!isAnyBelow(places, isAllowed, segmentFor)) return 'none'
    const isAllowedWhole = isEverywhere(places, ({ ends }) => ends.some(isAllowing))
    const isDenied = ({ ends }: Place<CompiledRule>) => ends.some(isDenying)
    return isAllowedWhole && !isAnyBelow(places, isDenied, segmentFor) ? 'all' : 'some'
  }
}

/** The places that all paths to a place come to. */
type Passed<End> = readonly Place<End>[]

/** Looks for a place that paths with at least one more segment come to. */
function isAnyBelow<End>(
  places: Passed<End>,
  isWanted: (place: Place<End>, passed: Passed<End>) => boolean,
  segmentFor: SegmentFor,
): boolean {
  const isAt = (place: Place<End>, passed: Passed<End>): boolean =>
    isWanted(place, passed) ||
    isBehind(place, passed) ||
    (place.rest !== undefined && isAt(place.rest, absorb(passed, rest, segmentFor)))

  const isBehind = (place: Place<End>, passed: Passed<End>): boolean => {
    const follow = (segment: Segment, next: Place<End>) => isAt(next, absorb(passed, segment, segmentFor))
    for (const [text, next] of place.literals ?? none)
      if (follow({ kind: 'literal', text }, next)) return true
    for (const { pieces, place: next } of place.wildcards)
      if (follow({ kind: 'wildcard', pieces }, next)) return true
    for (const { placeholder, place: next } of place.placeholders) {
      const text = segmentFor(placeholder)
      if (text !== undefined && follow({ kind: 'literal', text }, next)) return true
    }
    return false
  }

  for (const place of places)
    if (place.isRest ? isAt(place, absorb(places, rest, segmentFor)) : isBehind(place, places)) return true
  return false
}

/** The most segments that are looked at before something counts as not certain. */
const maxSegments = 16

/** Tells whether every path with at least one more segment comes to a place that is wanted. */
function isEverywhere<End>(places: Passed<End>, isWanted: (place: Place<End>) => boolean): boolean {
  let passed = places
  for (let segments = 1; segments <= maxSegments; segments++) {
    const next = absorb(passed, anySegment)
    if (!next.some(isWanted)) return false
    if (next.length === passed.length && next.every((place) => passed.includes(place))) return true
    passed = next
  }
  return false
}

const anySegment: Segment = { kind: 'wildcard', pieces: ['', ''] }
const none: Iterable<never> = []
const rest: Segment = { kind: 'rest' }
