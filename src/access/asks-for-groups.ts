import type { AccessOptions } from './rule.ts'

/** Whether any decision depends on the groups of a person. */
export function asksForGroups({ groups, rules = [] }: AccessOptions): boolean {
  return (
    groups !== undefined ||
    rules.some(({ to = [], unless = [] }) => [...to, ...unless].some((people) => people.groups !== undefined))
  )
}
