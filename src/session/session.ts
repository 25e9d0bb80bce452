import type { Person } from '../person/person.ts'

/** The SSO's answer to a login: a token, and the person that it belongs to. */
export interface Grant {
  readonly accessToken: string
  readonly person: Person
}

/** A grant that a browser has signed in with. Times are milliseconds since 1970. */
export interface Session extends Grant {
  readonly createdAt: number
  /** Time when the SSO last said that the token is valid. */
  readonly verifiedAt: number
}
