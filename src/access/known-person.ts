import { claimIn } from '../person/claim-in.ts'
import type { Person } from '../person/person.ts'
import { maxCharacters } from '../person/person-from-claims.ts'
import { trueNamesIn } from '../person/true-names-in.ts'
import { lowerAscii } from './lower-ascii.ts'
import type { Placeholder } from './pattern.ts'

/** The id of a person. `undefined` where the SSO tells none, and where only its beginning was kept. */
export function idOf({ id }: Person): string | undefined {
  return id !== undefined && id.length < maxCharacters ? id : undefined
}

/** The address of a person in lower case, where it is known to be theirs. */
export function emailOf({ email, emailVerified }: Person): string | undefined {
  return emailVerified === true && email !== undefined && /^[^@]+@[^@]+$/.test(email)
    ? lowerAscii(email)
    : undefined
}

/**
 * The texts of a claim: of a text, a number, true or false, of a list of them, or the names in an object whose values are all
 * `true`.
 *
 * @returns `undefined` for anything else, also where there is no such claim
 */
export function claimTextsOf({ claims }: Person, place: string): readonly string[] | undefined {
  const claim = claims === undefined ? undefined : claimIn(claims, place)
  const text = scalarText(claim)
  if (text !== undefined) return [text]
  if (typeof claim !== 'object' || claim === null) return undefined
  if (!Array.isArray(claim)) return trueNamesIn(claim)
  const texts = claim.map(scalarText)
  return texts.every((item) => item !== undefined) ? texts : undefined
}

/**
 * The segment that a placeholder stands for, compared with a path as it is.
 *
 * @returns `undefined` where the SSO says nothing, or something that is no single segment
 */
export function segmentOf(person: Person, placeholder: Placeholder): string | undefined {
  const value = placeholderValue(person, placeholder)
  return value === undefined || /^\.{0,2}$|[/\0]/.test(value) || !value.isWellFormed() ? undefined : value
}

function placeholderValue(person: Person, placeholder: Placeholder): string | undefined {
  switch (placeholder) {
    case 'id':
      return idOf(person)
    case 'email':
      return person.emailVerified === true ? person.email : undefined
    case 'name':
      return person.name
    default:
      return person.claims && scalarText(claimIn(person.claims, placeholder.slice('claim:'.length)))
  }
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
