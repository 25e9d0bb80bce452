import type { Person } from '../person/person.ts'
import { claimTextsOf, emailOf, idOf } from './known-person.ts'
import type { People } from './rule.ts'

/** Whether people fit; `unknown` where that depends on something that the SSO does not say, or not in a known form. */
export type Match = 'hit' | 'miss' | 'unknown'

/**
 * Tells whether a rule is about a person, or about somebody who is not signed in.
 *
 * @param to `undefined`: everybody, also who is not signed in
 */
export function matchPeople(
  to: readonly People[] | undefined,
  unless: readonly People[] | undefined,
  person: Person | undefined,
): Match {
  const isMeant = to === undefined ? 'hit' : anyOf(to, person)
  if (isMeant === 'miss' || unless === undefined) return isMeant
  const isSpared = anyOf(unless, person)
  if (isSpared === 'hit') return 'miss'
  return isSpared === 'unknown' ? 'unknown' : isMeant
}

/** Tells whether one of several descriptions fits a person. */
export function anyOf(people: readonly People[], person: Person | undefined): Match {
  let match: Match = 'miss'
  for (const one of people) {
    const found = allOf(one, person)
    if (found === 'hit') return found
    if (found === 'unknown') match = found
  }
  return match
}

/** Tells whether every member of one description fits. A member that misses settles it, whatever is unknown. */
function allOf(people: People, person: Person | undefined): Match {
  if (people.anonymous === true) return 'hit'
  if (person === undefined) return 'miss'
  const { groups, emails, emailDomains, ids, claims } = people
  let match: Match = 'hit'
  const note = (wanted: readonly string[], told: readonly string[] | string | undefined) => {
    const found = matchList(wanted, told)
    if (found === 'miss' || match === 'hit') match = found
  }
  if (groups !== undefined) note(groups, person.groups === 'unknown' ? undefined : person.groups)
  if (ids !== undefined) note(ids, idOf(person))
  if (emails !== undefined || emailDomains !== undefined) {
    const email = emailOf(person)
    if (emails !== undefined) note(emails, email)
    if (emailDomains !== undefined) note(emailDomains, email?.slice(email.indexOf('@') + 1))
  }
  if (claims !== undefined)
    for (const place of Object.keys(claims)) note(claims[place] ?? [], claimTextsOf(person, place))
  return match
}

function matchList(wanted: readonly string[], told: readonly string[] | string | undefined): Match {
  if (told === undefined) return 'unknown'
  const isThere = typeof told === 'string' ? wanted.includes(told) : told.some((one) => wanted.includes(one))
  return isThere ? 'hit' : 'miss'
}
