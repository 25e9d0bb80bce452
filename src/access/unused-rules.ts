import { absorb } from './absorb.ts'
import { type CompiledRule, compileRules } from './compile-rules.ts'
import { includesPeople } from './includes-people.ts'
import type { Pattern } from './pattern.ts'
import type { PatternTree } from './pattern-tree.ts'
import type { Rule } from './rule.ts'

/** A rule without any effect, and the rule that takes it away. */
export interface UnusedRule {
  /** The place of the rule in the list. */
  index: number
  name: string
  /** `covered`: the other rule does all that this one does. `denied`: the other rule denies all that this one allows. */
  reason: 'covered' | 'denied'
  by: string
}

/** The most rules that each pattern is compared with. Where thousands have the same pattern, some of them may be passed over. */
const maxCompared = 64

/** The most comparisons of wildcards with each other: thousands of them in one place would take seconds. */
const maxComparisons = 200_000

/** Finds rules that another rule leaves without any effect. Some may be missing, and none is wrong. */
export function unusedRules(rules: readonly Rule[]): UnusedRule[] {
  const compiled = compileRules({ rules })
  if (compiled === undefined) return []
  const { tree } = compiled
  const unused: UnusedRule[] = []
  const gone = new Set<CompiledRule>()
  const effort = { left: maxComparisons }
  for (const rule of compiled.rules) {
    const other = coveringRule(rule, tree, gone, effort)
    if (effort.left <= 0) return unused
    if (other === undefined) continue
    gone.add(rule)
    const reason = other.isDeny && !rule.isDeny ? 'denied' : 'covered'
    unused.push({ index: rule.index, name: rule.name, reason, by: other.name })
  }
  return unused
}

/** @param gone rules that were found to have no effect: of two equal rules, one stays */
function coveringRule(
  one: CompiledRule,
  tree: PatternTree<CompiledRule>,
  gone: ReadonlySet<CompiledRule>,
  effort: { left: number },
): CompiledRule | undefined {
  const [first, ...others] = [...(one.rule.allow ?? []), ...(one.rule.deny ?? [])].map((pattern) =>
    rulesAround(pattern, tree, effort),
  )
  return first
    ?.slice(0, maxCompared)
    .find(
      (other) =>
        other !== one &&
        !gone.has(other) &&
        (other.isDeny || !one.isDeny) &&
        (one.actionBits & ~other.actionBits) === 0 &&
        isWherever(other, one) &&
        others.every((around) => around.includes(other)) &&
        includesPeople(other.rule, one.rule),
    )
}

/** Whether a rule is about every mount that another one is about. */
function isWherever({ mounts }: CompiledRule, other: CompiledRule): boolean {
  return mounts === undefined || (other.rule.mount?.every((mount) => mounts.has(mount)) ?? false)
}

/** Lists rules with a pattern that every path fits which this one fits. */
function rulesAround(
  pattern: Pattern,
  tree: PatternTree<CompiledRule>,
  effort: { left: number },
): CompiledRule[] {
  let places = tree.start()
  for (const segment of pattern.segments) {
    for (const { wildcards } of places) effort.left -= wildcards.length
    if (effort.left <= 0) return []
    places = absorb(places, segment)
  }
  return places.flatMap(({ ends }) => ends)
}
