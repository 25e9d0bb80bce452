import { type ClaimPlaces, personFromClaims } from '../person/person-from-claims.ts'
import { type FetchClaimsOptions, fetchClaims } from './fetch-claims.ts'
import type { Identified } from './sso-calls.ts'

export interface IdentityOptions extends ClaimPlaces, FetchClaimsOptions {
  /** Called when an answer has no claim that names anybody. */
  onUnnamed(): void
}

/** Asks the SSO's page about the user, who is made a person. @see fetchClaims */
export async function fetchIdentity(
  url: string,
  accessToken: string,
  options: IdentityOptions,
): Promise<Identified> {
  const told = await fetchClaims(url, accessToken, options)
  if (told.kind === 'rejected') return told
  const person = personFromClaims(told.claims, options)
  if (person.id === undefined) options.onUnnamed()
  return { kind: 'known', person }
}
