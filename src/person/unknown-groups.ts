import { claimIn, claimNameIn } from './claim-in.ts'
import { groupsIn } from './groups-in.ts'
import { keepsClaims } from './keeps-claims.ts'
import type { Claims } from './person.ts'

/**
 * Tells why the groups of a person are not known although the SSO told something of them.
 *
 * @param place the name of the claim, or a JSON Pointer to it
 * @returns `undefined` where they are known, and where there is nothing about them
 */
export function whyGroupsAreUnknown(claims: Claims, place: string): string | undefined {
  if (!keepsClaims(claims)) return 'there are more claims than are kept'
  if (leavesGroupsOut(claims, place)) return 'the SSO left them out, because there are too many'
  const claim = claimIn(claims, place)
  const isKnown = claim === undefined || claim === null || groupsIn(claim) !== 'unknown'
  return isKnown ? undefined : 'they have another form than a list of texts, a text, or an object of `true`'
}

/**
 * Tells whether claims have the mark of an SSO that left groups out for their number: Entra ID names the claim in
 * `_claim_names`, or says `hasgroups`.
 *
 * @see OpenID Connect Core 1.0 section 5.6.2
 */
export function leavesGroupsOut(claims: Claims, place: string): boolean {
  const name = claimNameIn(place)
  const elsewhere = claims._claim_names
  if (typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, name)) return true
  return name === 'groups' && (claims.hasgroups === true || claims.hasgroups === 'true')
}
