import type { Person } from '../person/person.ts'
import { bitOf, compileRules, isAbout, isAt } from './compile-rules.ts'
import { accessOf } from './create-access.ts'
import type { Decision } from './decision.ts'
import { anyOf, type Match } from './match-people.ts'
import { createPersonalRules } from './personal-rules.ts'
import type { AccessOptions, Action } from './rule.ts'
import { walkPath } from './walk-path.ts'

/** A decision, and the part that each rule had in it. */
export interface Explanation {
  decision: Decision
  /** Whether the person is in one of the gates; `undefined` where none is configured. */
  gates: Match | undefined
  rules: ExplainedRule[]
}

export interface ExplainedRule {
  name: string
  kind: 'allow' | 'deny'
  /** Whether it is about the mount that the path is in. */
  mount: 'hit' | 'miss'
  /** Whether one of its patterns fits the path. */
  path: 'hit' | 'miss'
  /** Whether it is about the action. */
  action: 'hit' | 'miss'
  person: Match
  /** Its effect on the decision; `none` where something of it missed. */
  effect: 'allows' | 'denies' | 'none'
}

/** Explains a decision, by the very code that makes it. @param mount as for `Decide`, as is `path` */
export function explain(
  options: AccessOptions,
  person: Person | undefined,
  action: Action,
  path: string,
  mount: string | undefined,
): Explanation {
  const compiled = compileRules(options)
  const decision = accessOf(compiled).decide(person, action, path, mount)
  if (compiled === undefined) return { decision, gates: undefined, rules: [] }
  const personal = createPersonalRules(compiled)(person)
  const hits = new Set(walkPath(compiled.tree, path, personal.segmentFor).flatMap(({ ends }) => ends))
  const rules = compiled.rules.map((rule): ExplainedRule => {
    const isEffective = hits.has(rule) && isAbout(rule, bitOf[action], mount) && personal.isInForce(rule)
    return {
      name: rule.name,
      kind: rule.isDeny ? 'deny' : 'allow',
      mount: isAt(rule, mount) ? 'hit' : 'miss',
      path: hits.has(rule) ? 'hit' : 'miss',
      action: (rule.actionBits & bitOf[action]) !== 0 ? 'hit' : 'miss',
      person: personal.matchOf(rule),
      effect: isEffective ? (rule.isDeny ? 'denies' : 'allows') : 'none',
    }
  })
  return { decision, gates: compiled.gates && anyOf(compiled.gates, person), rules }
}
