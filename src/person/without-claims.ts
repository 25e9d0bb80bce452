import type { Claims } from './person.ts'

/** Leaves claims out by their names. */
export function withoutClaims(claims: Claims, names: ReadonlySet<string>): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.has(name)))
}
