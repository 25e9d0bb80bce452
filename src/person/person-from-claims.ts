import { claimIn } from './claim-in.ts'
import { groupsIn } from './groups-in.ts'
import { keepsClaims } from './keeps-claims.ts'
import type { Claims, Person } from './person.ts'
import { printable } from './printable.ts'
import { leavesGroupsOut } from './unknown-groups.ts'

/** The claims that tell of a person: plain names, or JSON Pointers. */
export interface ClaimPlaces {
  /** The claim that names the person, in place of the known ones. */
  userClaim?: string | undefined
  nameClaim: string
  emailClaim: string
  groupsClaim: string
  /** Whether every address counts as verified, whatever the SSO says of it. */
  trustEmail: boolean
}

/** Claims that name the person at known SSOs. The first one that is there counts. */
const idClaims = ['user_id', 'sub', 'id', 'email', 'username'] as const
/** The most characters that are kept of an id; a name or an address that is longer is left out. */
export const maxCharacters = 256

/** Makes a person of the claims of an SSO. A claim of another type than expected counts as missing. */
export function personFromClaims(claims: Claims, places: ClaimPlaces): Person {
  const isKept = keepsClaims(claims)
  const email = textIn(claims, places.emailClaim)
  return {
    id: idIn(claims, places.userClaim),
    name: textIn(claims, places.nameClaim),
    email,
    emailVerified: isVerified(claims, email, places),
    groups: isKept ? groupsOf(claims, places.groupsClaim) : 'unknown',
    claims: isKept ? claims : undefined,
  }
}

function groupsOf(claims: Claims, place: string): Person['groups'] {
  return leavesGroupsOut(claims, place) ? 'unknown' : groupsIn(claimIn(claims, place))
}

function idIn(claims: Claims, userClaim: string | undefined): string | undefined {
  for (const place of userClaim === undefined ? idClaims : [userClaim]) {
    const value = claimIn(claims, place)
    if (typeof value === 'number' || (typeof value === 'string' && value !== ''))
      return printable(String(value).slice(0, maxCharacters))
  }
  return undefined
}

/** Reads a text. One that is too long is left out as a whole, because a part of an address is another address. */
function textIn(claims: Claims, place: string): string | undefined {
  const value = claimIn(claims, place)
  const isText = typeof value === 'string' && value !== '' && value.length <= maxCharacters
  return isText ? printable(value) : undefined
}

/**
 * Tells whether an address is known to be the person's. The claim `email_verified` speaks of the claim `email` and of no
 * other (OpenID Connect Core 1.0 section 5.1). Some SSOs write it as a text.
 */
function isVerified(
  claims: Claims,
  email: string | undefined,
  { trustEmail }: ClaimPlaces,
): boolean | undefined {
  if (email === undefined) return undefined
  if (trustEmail) return true
  const isSpokenOf = email === textIn(claims, 'email')
  const said = claims.email_verified
  if (!isSpokenOf) return undefined
  if (said === true || said === 'true') return true
  return said === false || said === 'false' ? false : undefined
}
