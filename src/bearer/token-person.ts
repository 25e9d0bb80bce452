import type { Claims, Person } from '../person/person.ts'
import { type ClaimPlaces, personFromClaims } from '../person/person-from-claims.ts'
import { printable } from '../person/printable.ts'
import { withoutClaims } from '../person/without-claims.ts'
import { oidcPerson } from '../sso/oidc-person.ts'

/**
 * Makes the person of a token. The id is that of issuer and subject, as for a login at an OpenID provider, unless
 * `sso.userClaim` names another claim. A token that belongs to a program alone and has no subject is named by its client.
 *
 * @param issuer where it is known
 * @see RFC 9068 section 5
 */
export function tokenPerson(claims: Claims, issuer: string | undefined, places: ClaimPlaces): Person {
  const { sub, client_id: client } = claims
  const told = withoutClaims(claims, ofToken)
  if (issuer !== undefined && isName(sub)) return oidcPerson(told, { issuer, subject: sub }, places)
  const person = personFromClaims(told, places)
  const isUnnamed = person.id === undefined && places.userClaim === undefined
  return isUnnamed && isName(client) ? { ...person, id: printable(`client:${client}`) } : person
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256
}

/** Names of claims that are about the token and not about the person. */
const ofToken = new Set(['active', 'exp', 'iat', 'jti', 'nbf', 'token_type'])
