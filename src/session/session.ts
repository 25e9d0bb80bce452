import type { Person } from '../person/person.ts'

/** The SSO's answer to a login: a token, and the person that it belongs to. */
export interface Grant {
  readonly accessToken: string
  readonly person: Person
  /** The token that gets another access token, where the SSO gave one (RFC 6749 section 6). */
  readonly refreshToken?: string | undefined
  /** The last id token of the SSO, as it came. A logout at the SSO names the session by it. */
  readonly idToken?: string | undefined
  /**
   * An id token that came with a refresh while the keys of the SSO could not be had. Nothing that it says is taken before
   * it is verified.
   */
  readonly unverifiedIdToken?: string | undefined
  /** The time when the access token expires, in milliseconds since 1970, where the SSO tells it. */
  readonly expiresAt?: number | undefined
  /** The time from which the refresh token is used, in milliseconds since 1970; it comes before `expiresAt`. */
  readonly renewAt?: number | undefined
  /** Names the login at an OpenID provider. */
  readonly login?: OidcLogin | undefined
}

/** The login as an OpenID provider names it: back-channel logouts name it in the same way. */
export interface OidcLogin {
  readonly issuer: string
  readonly subject: string
  /** The session at the provider, where it names it. */
  readonly sid?: string | undefined
}

/** A grant that a browser has signed in with. Times are milliseconds since 1970. */
export interface Session extends Grant {
  readonly createdAt: number
  /** Time when the SSO last said that the token is valid. */
  readonly verifiedAt: number
}
