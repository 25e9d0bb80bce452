import type { Claims } from './person.ts'

/**
 * Finds one claim among all of them.
 *
 * @param place a JSON Pointer such as `/realm_access/roles`, or the plain name of a claim, in which `/` and `~` mean nothing
 * @returns `undefined` where there is none
 * @see RFC 6901 section 4
 */
export function claimIn(claims: Claims, place: string): unknown {
  if (!place.startsWith('/')) return memberOf(claims, place)
  let value: unknown = claims
  for (const token of place.slice(1).split('/')) value = memberOf(value, decoded(token))
  return value
}

/** The name of the claim that a place is, or lies within. @param place as for `claimIn` */
export function claimNameIn(place: string): string {
  return place.startsWith('/') ? decoded(place.split('/')[1] ?? '') : place
}

/** Decodes one token of a JSON Pointer. `~01` stands for `~1`, so that `~1` has to be read first. */
function decoded(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Reads a member that the JSON itself has. An index of a list has no zero before it. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined
  return Object.hasOwn(value, name) ? (value as Claims)[name] : undefined
}
