import type { Person } from '../person/person.ts'

/** The calls to an OAuth 2.0 server over the network. */
export interface SsoCalls {
  /** Asks the token endpoint for the access token of a code. @see RFC 6749 section 4.1.3 */
  exchangeCode(login: { code: string; codeVerifier: string; redirectUri: string }): Promise<string>

  /**
   * Asks the identity endpoint who an access token belongs to, and so whether it is still valid.
   *
   * @param person the one whom it belonged to, where that is known
   */
  identify(accessToken: string, person?: Person): Promise<Identified>
}

/** `rejected`: the server does not take the token. */
export type Identified = { kind: 'known'; person: Person } | { kind: 'rejected' }

/** The part of a request's record that notes calls. */
export interface CallRecord {
  /** Adds the duration of `work`. */
  timed<T>(phase: 'ssoMs', work: Promise<T>): Promise<T>
}
