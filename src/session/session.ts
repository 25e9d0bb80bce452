/** Somebody who is signed in. */
export interface Session {
  accessToken: string
  /** Who it is, as the SSO says; for the log. */
  who: string
  /** Milliseconds since 1970, as all times here. */
  createdAt: number
  /** When the SSO last said that the token is valid. */
  verifiedAt: number
}
