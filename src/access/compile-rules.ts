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
  /** The mounts that rules name, numbered from 1. */
  readonly mountNumbers: ReadonlyMap<string, number>
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
  /** Names of the mounts that it is about; `undefined`: every path. */
  readonly mounts: ReadonlySet<string> | undefined
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
  const mountNumbers = new Map<string, number>()
  const compiled = rules.map((rule, index): CompiledRule => {
    const { name, allow, deny, to, unless } = rule
    const people = JSON.stringify([to, unless])
    const peopleNumber = numbers.get(people) ?? numbers.size
    numbers.set(people, peopleNumber)
    const isAnonymous = to === undefined || to.some(({ anonymous }) => anonymous === true)
    const actionBits = (rule.actions ?? actions).reduce((bits, action) => bits | bitOf[action], 0)
    const mounts = rule.mount && new Set(rule.mount)
    for (const mount of mounts ?? [])
      mountNumbers.set(mount, mountNumbers.get(mount) ?? mountNumbers.size + 1)
    const isDeny = deny !== undefined
    const one = { rule, name, index, isDeny, peopleNumber, isAnonymous, actionBits, mounts }
    for (const pattern of deny ?? allow ?? []) tree.add(pattern, one)
    return one
  })
  return {
    rules: compiled,
    tree,
    gates: gates.length === 0 ? undefined : gates,
    peopleCount: numbers.size,
    mountNumbers,
  }
}

/** Whether a rule is about an action in a mount. @param bit of the action, as in `bitOf` */
export function isAbout(rule: CompiledRule, bit: number, mount: string | undefined): boolean {
  return (rule.actionBits & bit) !== 0 && isAt(rule, mount)
}

/** Whether a rule is about a mount. @param mount `undefined`: a path that is in no mount with a name */
export function isAt({ mounts }: CompiledRule, mount: string | undefined): boolean {
  return mounts === undefined || (mount !== undefined && mounts.has(mount))
}

export const bitOf: Readonly<Record<Action, number>> = { read: 1, list: 2, zip: 4 }
/** All bits of `bitOf` together. */
export const allBits = 7
