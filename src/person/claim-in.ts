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
  // `~01` stands for `~1`, so that `~1` has to be read first.
  for (const token of place.slice(1).split('/'))
    value = memberOf(value, token.replaceAll('~1', '/').replaceAll('~0', '~'))
  return value
}

/** Reads a member that the JSON itself has. An index of a list has no zero before it. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined
  return Object.hasOwn(value, name) ? (value as Claims)[name] : undefined
}
