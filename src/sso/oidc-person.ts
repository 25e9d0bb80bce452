import type { Claims, Person } from '../person/person.ts'
import { type ClaimPlaces, personFromClaims } from '../person/person-from-claims.ts'
import { printable } from '../person/printable.ts'
import { withoutClaims } from '../person/without-claims.ts'
import type { OidcLogin } from '../session/session.ts'

/**
 * Makes a person of the claims of a login at an OpenID provider. The id is that of the issuer and the subject, which
 * together never mean somebody else, unless `sso.userClaim` names another claim.
 *
 * @see OpenID Connect Core 1.0 section 5.7
 */
export function oidcPerson(claims: Claims, { issuer, subject }: OidcLogin, places: ClaimPlaces): Person {
  const person = personFromClaims(claims, places)
  return places.userClaim === undefined ? { ...person, id: printable(`${issuer}#${subject}`) } : person
}

/** Claims of the id token come first, and then those of userinfo that it has not. */
export function mergeClaims(ofIdToken: Claims, ofUserinfo: Claims): Claims {
  return withoutClaims({ ...ofUserinfo, ...ofIdToken }, ofToken)
}

/** Replaces the claims of an old id token by those of a new one, and keeps those that came from userinfo. */
export function renewClaims(known: Claims, ofOldIdToken: Claims, ofIdToken: Claims): Claims {
  return mergeClaims(ofIdToken, withoutClaims(known, new Set(Object.keys(ofOldIdToken))))
}

/** Names of claims that are about the token and not about the person. They change with every token. */
const ofToken = new Set(['at_hash', 'c_hash', 's_hash', 'nonce', 'jti', 'exp', 'iat', 'nbf', 'rat'])
