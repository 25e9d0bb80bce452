import type { Person } from '../person/person.ts'

/** What the SSO has given for a login. */
export interface Grant {
  readonly accessToken: string
  readonly person: Person
}

/** A grant that a browser has signed in with. Times are milliseconds since 1970. */
export interface Session extends Grant {
  readonly createdAt: number
  /** When the SSO last said that the token is valid. */
  readonly verifiedAt: number
}
