/** A person whom the SSO knows. All code that decides about people, counts or logs them uses this value. */
export interface Person {
  /** The id, unique at the SSO and printable. `undefined` where the SSO does not name the person. */
  readonly id: string | undefined
  readonly name: string | undefined
  readonly email: string | undefined
  /** Whether the SSO has checked that the address is the person's. `undefined` where it does not say. */
  readonly emailVerified: boolean | undefined
  /** The groups; `unknown` where the SSO does not name them, or names them in an unknown form. */
  readonly groups: readonly string[] | 'unknown'
  /** All claims of the SSO about the person. `undefined` where they are too large to be kept. */
  readonly claims: Claims | undefined
}

/** The claims of the SSO about a person, as parsed JSON. */
export type Claims = Readonly<Record<string, unknown>>

/** The name in log and audit of a person without an id. */
export const unnamed = 'unnamed'

/** The name of a person in log, audit and pages. */
export function shownId(person: Person): string {
  return person.id ?? unnamed
}

/** The name by which pages address a person. Other people may have the same one. */
export function nameForPeople(person: Person): string {
  return person.name ?? person.email ?? shownId(person)
}

/** Makes a person with only an id. */
export function personWithId(id: string | undefined): Person {
  return {
    id,
    name: undefined,
    email: undefined,
    emailVerified: undefined,
    groups: 'unknown',
    claims: undefined,
  }
}
