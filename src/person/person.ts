/** Somebody whom the SSO knows. All that decides, counts or tells of people takes this value. */
export interface Person {
  /** Unique at the SSO, and printable. `undefined` where the SSO does not name the person. */
  readonly id: string | undefined
  readonly name: string | undefined
  readonly email: string | undefined
  /** Whether the SSO has checked that the address is the person's. `undefined` where it does not say. */
  readonly emailVerified: boolean | undefined
  /** `unknown` where the SSO does not say, or says it in a form that is not understood. */
  readonly groups: readonly string[] | 'unknown'
  /** All that the SSO says of the person. `undefined` where that is too much to be kept. */
  readonly claims: Claims | undefined
}

/** The SSO's words about a person, as parsed JSON. */
export type Claims = Readonly<Record<string, unknown>>

/** Stands in log and audit for the id that the SSO does not give. */
export const unnamed = 'unnamed'

/** The name of a person in log, audit and pages. */
export function shownId(person: Person): string {
  return person.id ?? unnamed
}

/** A person of whom nothing but the id is known. */
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
