import type { People, Rule } from './rule.ts'

type Meant = Pick<Rule, 'to' | 'unless'>

/** Tells whether a rule is about everybody whom another one is about. It may say no where that is not certain. */
export function includesPeople(rule: Meant, other: Meant): boolean {
  return (
    includes(rule.to ?? anybody, other.to ?? anybody) &&
    (rule.unless === undefined || includes(other.unless ?? [], rule.unless))
  )
}

const anybody: readonly People[] = [{ anonymous: true }]

function includes(larger: readonly People[], smaller: readonly People[]): boolean {
  return smaller.every((one) => larger.some((other) => isWider(other, one)))
}

function isWider(wide: People, narrow: People): boolean {
  if (wide.anonymous === true) return true
  if (narrow.anonymous === true) return false
  const lists = (['groups', 'emails', 'emailDomains', 'ids'] as const).every((name) =>
    isWiderList(wide[name], narrow[name]),
  )
  return (
    lists &&
    Object.entries(wide.claims ?? {}).every(([place, values]) => isWiderList(values, narrow.claims?.[place]))
  )
}

/** A list that is not there asks for nothing. */
function isWiderList(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow?.every((item) => wide.includes(item)) ?? false)
}
