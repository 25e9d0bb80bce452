import { groupsIn } from './groups-in.ts'
import { keepsClaims } from './keeps-claims.ts'
import type { Claims, Person } from './person.ts'
import { printable } from './printable.ts'

/** Claims that name the person at known SSOs. The first one that is there counts. */
const idClaims = ['user_id', 'sub', 'id', 'email', 'username'] as const
const maxCharacters = 256

/**
 * Makes a person of the claims of an SSO. A claim of another type than expected counts as missing.
 *
 * @param userClaim the claim that names the person, in place of the known ones
 */
export function personFromClaims(claims: Claims, userClaim: string | undefined): Person {
  const isKept = keepsClaims(claims)
  return {
    id: idIn(claims, userClaim),
    name: textIn(claims, 'name'),
    email: textIn(claims, 'email'),
    emailVerified: typeof claims.email_verified === 'boolean' ? claims.email_verified : undefined,
    groups: isKept ? groupsIn(claims.groups) : 'unknown',
    claims: isKept ? claims : undefined,
  }
}

function idIn(claims: Claims, userClaim: string | undefined): string | undefined {
  for (const name of userClaim === undefined ? idClaims : [userClaim]) {
    const value = claims[name]
    if (typeof value === 'number' || (typeof value === 'string' && value !== ''))
      return printable(String(value).slice(0, maxCharacters))
  }
  return undefined
}

/** Reads a text. One that is too long is left out as a whole, because a part of an address is another address. */
function textIn(claims: Claims, name: string): string | undefined {
  const value = claims[name]
  const isText = typeof value === 'string' && value !== '' && value.length <= maxCharacters
  return isText ? printable(value) : undefined
}
