import type { Claims } from '../person/person.ts'

/**
 * Tells whether a token has all scopes that are wanted. They are a text with spaces in `scope`, as the standards have it,
 * or in `scp`, which some servers use; a list of texts counts, too.
 *
 * @see RFC 7662 section 2.2, RFC 9068 section 2.2.3
 */
export function hasScopes(claims: Claims, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  const scopes = scopesIn(claims.scope ?? claims.scp)
  return wanted.every((scope) => scopes.includes(scope))
}

function scopesIn(claim: unknown): readonly unknown[] {
  if (typeof claim === 'string') return claim.split(' ')
  return Array.isArray(claim) ? claim : []
}
