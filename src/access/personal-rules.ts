import type { Person } from '../person/person.ts'
import type { CompiledRule, CompiledRules } from './compile-rules.ts'
import { segmentOf } from './known-person.ts'
import { anyOf, type Match, matchPeople } from './match-people.ts'
import type { Placeholder } from './pattern.ts'
import type { Place, SegmentFor } from './pattern-tree.ts'

/** The part of all rules that depends on the person alone. It is found out once for each person, as far as it is needed. */
export interface PersonalRules {
  /** Whether somebody is signed in. */
  readonly isSignedIn: boolean
  /** Whether the person passes the gates; nobody does who is not signed in. */
  readonly passesGates: boolean
  matchOf(rule: CompiledRule): Match
  /** Whether the rule has an effect where its path and action fit: an unknown match counts for a deny, and for no allow. */
  isInForce(rule: CompiledRule): boolean
  readonly segmentFor: SegmentFor
  /** The first rules in force at places where many rules end, by the action and the mount. */
  readonly firstRulesAt: Map<Place<CompiledRule>, (readonly CompiledRule[])[]>
}

/**
 * Creates the function that finds the part of a person. It is kept as long as the value of the person, which is the same
 * for all requests of a session.
 */
export function createPersonalRules(compiled: CompiledRules): (person: Person | undefined) => PersonalRules {
  const known = new WeakMap<Person, PersonalRules>()
  const ofNobody = personalRules(compiled, undefined)
  return (person) => {
    if (person === undefined) return ofNobody
    let ofPerson = known.get(person)
    if (ofPerson === undefined) {
      ofPerson = personalRules(compiled, person)
      known.set(person, ofPerson)
    }
    return ofPerson
  }
}

const matches: readonly Match[] = ['hit', 'miss', 'unknown']

function personalRules({ gates, peopleCount }: CompiledRules, person: Person | undefined): PersonalRules {
  /** One more than the place of the match in `matches`, by number of people; 0 where it is not yet known. */
  const found = new Uint8Array(peopleCount)
  const values = new Map<Placeholder, string | undefined>()
  const passesGates = person !== undefined && (gates === undefined || anyOf(gates, person) === 'hit')

  function matchOf({ peopleNumber, rule }: CompiledRule): Match {
    const before = found[peopleNumber] as number
    if (before > 0) return matches[before - 1] as Match
    const match = matchPeople(rule.to, rule.unless, person)
    found[peopleNumber] = matches.indexOf(match) + 1
    return match
  }

  return {
    isSignedIn: person !== undefined,
    passesGates,
    firstRulesAt: new Map(),
    matchOf,
    isInForce(rule) {
      const match = matchOf(rule)
      if (rule.isDeny) return match !== 'miss'
      return match === 'hit' && (passesGates || rule.isAnonymous)
    },
    segmentFor(placeholder) {
      if (person === undefined) return undefined
      if (!values.has(placeholder)) values.set(placeholder, segmentOf(person, placeholder))
      return values.get(placeholder)
    },
  }
}
