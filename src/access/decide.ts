import type { Person } from '../person/person.ts'
import { allBits, bitOf, type CompiledRule, type CompiledRules, isAbout } from './compile-rules.ts'
import { challenged, type Decision } from './decision.ts'
import type { Place } from './pattern-tree.ts'
import type { PersonalRules } from './personal-rules.ts'
import type { Action } from './rule.ts'
import { walkPath } from './walk-path.ts'

/**
 * Decides whether a person may do something with a path.
 *
 * @param person `undefined` where nobody is signed in
 * @param path decoded, below the host, without its first `/`
 * @param mount name of the mount that the path is in; `undefined` where it is in none, or the only one has no name
 */
export type Decide = (
  person: Person | undefined,
  action: Action,
  path: string,
  mount: string | undefined,
) => Decision

export function createDecide(
  compiled: CompiledRules,
  personalOf: (person: Person | undefined) => PersonalRules,
): Decide {
  const { rules, tree } = compiled
  const byRule = rules.map(decisionsOf)
  const firstRules = createFirstRules(compiled)

  return (person, action, path, mount) => {
    const personal = personalOf(person)
    if (rules.length === 0) return withoutRules(personal)
    const bit = bitOf[action]
    let allowing: CompiledRule | undefined
    let denying: CompiledRule | undefined
    for (const place of walkPath(tree, path, personal.segmentFor))
      for (const rule of place.ends.length > fewRules
        ? firstRules(place, bit, mount, personal)
        : place.ends) {
        const first = rule.isDeny ? denying : allowing
        // Only the first rule is named, and asking about people costs more than this.
        if (!isAbout(rule, bit, mount) || (first !== undefined && first.index < rule.index)) continue
        if (!personal.isInForce(rule)) continue
        if (rule.isDeny) denying = rule
        else allowing = rule
      }
    const { isSignedIn, passesGates } = personal
    if (denying !== undefined) return isSignedIn ? (byRule[denying.index] as Decisions).denied : challenged
    if (allowing === undefined) return isSignedIn ? (passesGates ? noRule : gate) : challenged
    const { anonymous, allowed } = byRule[allowing.index] as Decisions
    return isSignedIn && passesGates ? allowed : anonymous
  }
}

/** The most rules with the same pattern that are asked one by one for each request. */
const fewRules = 8
/** The most patterns of which a person's first rules are remembered. */
const maxRemembered = 64

/**
 * Creates the function that finds the first rule in force that allows, and the first that denies, among many with the same
 * pattern: once for a person.
 */
function createFirstRules({ mountNumbers }: CompiledRules) {
  return (
    place: Place<CompiledRule>,
    bit: number,
    mount: string | undefined,
    { isInForce, firstRulesAt }: PersonalRules,
  ): readonly CompiledRule[] => {
    const mountNumber = mount === undefined ? 0 : (mountNumbers.get(mount) ?? 0)
    const question = mountNumber * (allBits + 1) + bit
    const byQuestion = firstRulesAt.get(place) ?? []
    const known = byQuestion[question]
    if (known !== undefined) return known
    const inForce = place.ends.filter((rule) => isAbout(rule, bit, mount) && isInForce(rule))
    const found = [inForce.find(({ isDeny }) => isDeny), inForce.find(({ isDeny }) => !isDeny)]
    const rules = found.filter((rule) => rule !== undefined)
    byQuestion[question] = rules
    if (firstRulesAt.size >= maxRemembered) firstRulesAt.clear()
    firstRulesAt.set(place, byQuestion)
    return rules
  }
}

/** The decisions that a rule can lead to, made once and not for each request. */
interface Decisions {
  allowed: Decision
  anonymous: Decision
  denied: Decision
}

function decisionsOf({ name }: CompiledRule): Decisions {
  return {
    allowed: { kind: 'allowed', ground: 'allow', rule: name },
    anonymous: { kind: 'allowed', ground: 'anonymous', rule: name },
    denied: { kind: 'denied', ground: 'deny', rule: name },
  }
}

const noRule: Decision = { kind: 'denied', ground: 'no-rule', rule: undefined }
const gate: Decision = { kind: 'denied', ground: 'gate', rule: undefined }
const passed: Decision = { kind: 'allowed', ground: 'allow', rule: undefined }

function withoutRules({ isSignedIn, passesGates }: PersonalRules): Decision {
  if (!isSignedIn) return challenged
  return passesGates ? passed : gate
}
