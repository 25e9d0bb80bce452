import { createPatternTree, type PatternTree } from './pattern-tree.ts'
import { type AccessOptions, type Action, actions, type People, type Rule } from './rule.ts'

/** Rules in the form that decisions are made with. */
export interface CompiledRules {
  /** In the order of the configuration. */
  readonly rules: readonly CompiledRule[]
  readonly tree: PatternTree<CompiledRule>
  /** The people who pass the gates; `undefined` where there is no gate. */
  readonly gates: readonly People[] | undefined
  /** The number of different descriptions of people. */
  readonly peopleCount: number
}

export interface CompiledRule {
  readonly rule: Rule
  readonly name: string
  /** Its place in the order of the configuration. */
  readonly index: number
  readonly isDeny: boolean
  /** Number of its description of people. Rules with the same people share it. */
  readonly peopleNumber: number
  /** Whether it is about people who are not signed in, so that gates do not matter. */
  readonly isAnonymous: boolean
  /** One bit for each action that it is about, as in `bitOf`. */
  readonly actionBits: number
}

/** Compiles the rules once for all requests. @returns `undefined` where nothing is configured: everybody who is signed in may read everything */
export function compileRules({
  groups,
  emails,
  emailDomains,
  rules = [],
}: AccessOptions): CompiledRules | undefined {
  const gates = [{ groups }, { emails }, { emailDomains }].filter(
    (gate) => Object.values(gate)[0] !== undefined,
  )
  if (gates.length === 0 && rules.length === 0) return undefined
  const tree = createPatternTree<CompiledRule>()
  const numbers = new Map<string, number>()
  const compiled = rules.map((rule, index): CompiledRule => {
    const { name, allow, deny, to, unless } = rule
    const people = JSON.stringify([to, unless])
    const peopleNumber = numbers.get(people) ?? numbers.size
    numbers.set(people, peopleNumber)
    const isAnonymous = to === undefined || to.some(({ anonymous }) => anonymous === true)
    const actionBits = (rule.actions ?? actions).reduce((bits, action) => bits | bitOf[action], 0)
    const one = { rule, name, index, isDeny: deny !== undefined, peopleNumber, isAnonymous, actionBits }
    for (const pattern of deny ?? allow ?? []) tree.add(pattern, one)
    return one
  })
  return { rules: compiled, tree, gates: gates.length === 0 ? undefined : gates, peopleCount: numbers.size }
}

export const bitOf: Readonly<Record<Action, number>> = { read: 1, list: 2, zip: 4 }
